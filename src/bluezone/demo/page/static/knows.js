// The switch "what the server knows": the street empties, the real rows of both halves appear.
import { text, number } from "./demo.js";

function row(cells) {
  const tr = document.createElement("tr");
  for (const cell of cells) {
    const td = document.createElement("td");
    td.textContent = cell;
    tr.append(td);
  }
  return tr;
}

function fill(id, rows, columns) {
  const none = row([text("knows.empty")]);
  none.firstChild.colSpan = columns;
  document.getElementById(id).replaceChildren(...(rows.length ? rows.map(row) : [none]));
}

export function makeKnows() {
  const view = document.getElementById("view");
  const panel = document.getElementById("knows");
  const toggle = document.getElementById("knows-switch");
  let asked = "";

  async function load() {
    const answer = await fetch("/knows");
    if (!answer.ok) return;
    const rows = await answer.json();
    fill("key-rows", rows.keys.map((key) => [key.key, key.day, key.scheme]), 3);
    const more = { count: number(rows.moreKeys), real: number(rows.realKeys) };
    document.getElementById("key-more").textContent = rows.moreKeys ? text("knows.more", more) : "";
    fill("case-rows", rows.cases.map((one) => [one.pseudonym, one.onset, one.codes.map((code) => text(`code.${code}`)).join(", ")]), 3);
    fill("file-rows", rows.files.map((file) => [file.name, number(file.keys)]), 2);
  }

  toggle.addEventListener("change", () => {
    view.classList.toggle("emptied", toggle.checked);
    panel.hidden = !toggle.checked;
    asked = "";
    if (toggle.checked) load();
  });

  return {
    show(picture) {
      const state = picture.phase + picture.steps.map((step) => step.state).join();
      if (toggle.checked && state !== asked) load();
      asked = state;
    },
  };
}
