// The page that makes a phone a team's device: asks the server for a token and keeps it here.
import * as store from "./store.js";

const status = document.querySelector("#enrol-status");
const say = (name) => {
  status.textContent = status.dataset[name];
  status.hidden = false;
};

async function enrol(form) {
  const body = new FormData(form);
  const device = await store.fact("device");
  if (device) body.set("known_as", device);
  const waiting = (await store.visits()).filter((visit) => visit.step !== "sent");
  const other = (await store.fact("team_id")) !== Number(form.dataset.team);
  if (waiting.length && other) return say("waiting");
  const answer = await fetch(form.action, { method: "POST", body });
  if (!answer.ok) return say("failed");
  const given = await answer.json();
  await store.enrolled(given);
  await navigator.storage?.persist?.();
  location.assign(status.dataset.next);
}

for (const form of document.querySelectorAll("form.enrol")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    enrol(form).catch(() => say("failed"));
  });
}
