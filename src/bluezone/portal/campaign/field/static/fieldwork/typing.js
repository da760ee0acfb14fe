// Typing a paper list back without leaving the number keys: a finished code, Enter and the arrows
// go to the next row. Without this the Tab key does the same.
const fields = [...document.querySelectorAll(".typing td input")];
const DONE = /^\s*([12346]|5\s*[a-e])\s*$/i;

function go(place) {
  const field = fields[place];
  if (!field) return;
  field.focus();
  field.select();
}

fields.forEach((field, place) => {
  field.addEventListener("input", (event) => {
    if (event.inputType !== "deleteContentBackward" && DONE.test(field.value)) go(place + 1);
  });
  field.addEventListener("keydown", (event) => {
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !fields[place + step]) return;
    event.preventDefault();
    go(place + step);
  });
});
