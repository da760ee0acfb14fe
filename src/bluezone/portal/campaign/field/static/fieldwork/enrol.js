// The page that makes a phone a team's device: asks the server for a token and keeps it here.
// Visits that another person or team left on the phone are sent first, with that device's own
// token; they are never dropped unless somebody says so.
import * as store from "./store.js";
import { sync } from "./sync.js";

const status = document.querySelector("#enrol-status");
const drop = document.querySelector("#enrol-drop");
const say = (name, count = 0) => {
  status.textContent = status.dataset[name].replace("{count}", count);
  status.hidden = false;
};

async function same(form) {
  const [team, user] = await Promise.all(["team_id", "user_id"].map(store.fact));
  return team === Number(form.dataset.team) && user === Number(form.dataset.user);
}

// Resolves with whether nothing of somebody else's waits on this phone any more.
async function cleared(form) {
  const waiting = async () => store.unsent(await store.visits()).length;
  if ((await same(form)) || !(await waiting())) return true;
  const said = await sync();
  const left = await waiting();
  if (!left) return true;
  say(said === "unknown_device" ? "orphaned" : "waiting", left);
  drop.hidden = said !== "unknown_device";
  drop.onclick = () => enrol(form, { anyway: true }).catch(() => say("failed"));
  return false;
}

async function enrol(form, { anyway = false } = {}) {
  if (!anyway && !(await cleared(form))) return;
  const body = new FormData(form);
  const device = await store.fact("device");
  if (device) body.set("known_as", device);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
  if (answer.type === "opaqueredirect") return location.reload(); // the session is over: sign in
  if (!answer.ok) return say("failed");
  await store.enrolled(await answer.json());
  await navigator.storage?.persist?.();
  location.assign(status.dataset.next);
}

for (const form of document.querySelectorAll("form.enrol")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    enrol(form).catch(() => say("failed"));
  });
}
