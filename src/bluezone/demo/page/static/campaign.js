// Shows how far the campaign is, and goes there when its portal answers.
const PAUSE_MS = 700;
const list = document.getElementById("campaign-steps");
const items = [...list.children];

function show(step) {
  const at = items.findIndex((item) => item.dataset.step === step);
  items.forEach((item, place) => {
    const state = place < at ? "done" : place === at ? "active" : "idle";
    if (item.dataset.state === state) return;
    item.dataset.state = state;
    item.querySelector(".small").textContent = list.dataset[state];
    if (state === "active") document.getElementById("now").textContent = item.textContent;
  });
}

async function look() {
  try {
    const state = await (await fetch("/campaign/state")).json();
    if (state.ready) return location.replace("/campaign/enter");
    if (state.failed) return location.reload();
    show(state.step);
  } catch { /* the demo may be busy: look again */ }
  setTimeout(look, PAUSE_MS);
}

look();
