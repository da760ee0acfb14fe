// The page of the demo: takes pictures from the server and shows them; sends what a visitor does.
import { send, subscribe } from "./wire.js";
import { makeStreet } from "./street.js";
import { makePhone } from "./phone.js";
import { makeRoute } from "./route.js";
import { makeKnows } from "./knows.js";
import { makeControls } from "./controls.js";

export const story = JSON.parse(document.getElementById("story").textContent);

/** Return the text of that name with {placeholders} filled in. */
export function text(name, values = {}) {
  const found = story.texts[name] ?? name;
  return found.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** Return a number as people of the page's language write it. */
export function number(value) {
  return new Intl.NumberFormat(document.documentElement.lang).format(value);
}

/** Return Unix seconds as local hours and minutes; Vietnam is UTC+7 all year. */
export function clock(instant) {
  return new Date((instant + 7 * 3600) * 1000).toISOString().slice(11, 16);
}

let chosen = 0;
let touched = false;
let picture = null;
let receivedAt = 0;
let wasLost = false;

/** Return the simulated instant now: the last picture's, moved on by its pace. */
function instant() {
  if (!picture) return story.startS;
  const elapsed = Math.min((performance.now() - receivedAt) / 1000, 0.6);
  return picture.clockS + elapsed * picture.pace;
}

function choose(person, byVisitor = true) {
  chosen = person;
  touched ||= byVisitor;
  if (picture) render();
}

const street = makeStreet({ choose });
const phone = makePhone({ choose, send });
const route = makeRoute();
const knows = makeKnows();
const controls = makeControls({ send });

function captionOf(p) {
  const name = story.names[p.sharer ?? p.ill ?? story.ill];
  if (p.fault) return p.fault;
  if (p.phase === "end" && p.verdict) {
    const { right, expected, warned } = p.verdict;
    if (!right) {
      const differ = story.names.filter((_, id) => expected.includes(id) !== warned.includes(id));
      return text("caption.end.wrong", { who: differ.join(", ") });
    }
    return text(expected.length ? "caption.end.right" : "caption.end.nobody", { count: expected.length, name });
  }
  const preview = p.phones.findIndex((one) => one.screen === "preview");
  if (p.phase === "ill" && preview >= 0) return text("caption.preview", { name: story.names[preview] });
  return text(`caption.${p.phase}`, { name });
}

function setText(id, value) {
  const element = document.getElementById(id);
  if (element.textContent !== value) element.textContent = value;
}

/** Without a hand on it, the right side follows the story: who falls ill, then who is warned. */
function follow(p) {
  if (touched) return;
  if (p.phase === "end" && p.verdict?.warned.length) chosen = p.verdict.warned[0];
  else if (p.ill !== null) chosen = p.ill;
  else chosen = story.ill;
}

function render() {
  follow(picture);
  setText("caption", captionOf(picture));
  setText("day", text(picture.clockS < story.nightS ? "day.1" : "day.2"));
  document.body.dataset.phase = picture.phase;
  street.show(picture, chosen);
  phone.show(picture, chosen);
  route.show(picture);
  controls.show(picture);
  knows.show(picture);
}

function frame() {
  const now = instant();
  setText("clock", clock(now));
  street.move(now);
  requestAnimationFrame(frame);
}

subscribe({
  onPicture(next) {
    if (wasLost) { location.reload(); return; } // another street, with another desk
    if (picture && next.phase === "ill" && picture.phase !== "ill") touched = false;
    picture = next;
    receivedAt = performance.now();
    document.getElementById("lost").hidden = true;
    render();
    document.body.dataset.ready = "true";
  },
  onLost() {
    wasLost = picture !== null;
    if (picture) picture.pace = 0;
    const lost = document.getElementById("lost");
    lost.hidden = false;
    const awaited = document.body.dataset.again === "true";
    lost.classList.toggle("danger", !awaited);
    lost.textContent = text(awaited ? "again" : "lost");
  },
});
requestAnimationFrame(frame);
