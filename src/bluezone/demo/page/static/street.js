// The street from above: people, the reach of their phones, and the lines between phones.
import { story, text } from "./demo.js";

const SVG = "http://www.w3.org/2000/svg";
const METRE = 20;
const REACH_M = 4.2;
const TOGETHER_M = 4;
const STATION = [836, 60];
const WHOLE = [0, 8, 880, 464];
const CLOSE_WIDTH = 500;
const small = matchMedia("(max-width: 640px)");

function make(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

/** Return [x, y] in drawing units on a path of [time, x, y] points. */
function place(path, instant) {
  let right = path.findIndex((point) => point[0] > instant);
  if (right === 0) return [path[0][1] * METRE, path[0][2] * METRE];
  if (right < 0) right = path.length;
  const a = path[right - 1];
  const b = path[right] ?? a;
  const share = b === a ? 0 : (instant - a[0]) / (b[0] - a[0]);
  return [(a[1] + share * (b[1] - a[1])) * METRE, (a[2] + share * (b[2] - a[2])) * METRE];
}

function makePerson(id, choose) {
  const reach = make("g", { class: "reach" }, document.getElementById("reaches"));
  make("circle", { r: REACH_M * METRE, class: "soft" }, reach);
  make("circle", { r: 12, class: "wave" }, reach);
  make("circle", { r: 19, class: "ear" }, reach);
  const body = make("g", { class: "person" }, document.getElementById("people"));
  make("circle", { r: 22, class: "grip" }, body);
  make("circle", { r: 13, class: "halo" }, body);
  make("circle", { r: 9, class: "head" }, body);
  make("text", { y: 4, class: "initial" }, body).textContent = story.names[id][0];
  const mark = make("g", { class: "mark", transform: "translate(9 -10)" }, body);
  make("circle", { r: 6.5 }, mark);
  const sign = make("text", { y: 4 }, mark);
  const name = make("text", { class: "name" }, body);
  name.textContent = story.names[id];
  body.addEventListener("click", () => choose(id));
  return { reach, body, sign, name, at: [0, 0] };
}

function makeLine() {
  const group = make("g", { class: "link" }, document.getElementById("links"));
  make("path", { class: "edge" }, group);
  make("path", { class: "bond" }, group);
  make("text", {}, group);
  return group;
}

export function makeStreet({ choose }) {
  const people = story.names.map((_, id) => makePerson(id, choose));
  const lines = new Map();
  let links = [];
  let shown = null;
  let focus = 0;
  let shownBox = "";
  let left = null;
  const svg = document.getElementById("street");
  const errand = make("path", { class: "errand" }, document.getElementById("links"));

  /** While a code is on its way, a path from the health station to the ill person's home. */
  function drawErrand() {
    const ill = shown.ill;
    const way = shown.phase === "ill" && ill !== null;
    errand.classList.toggle("on", way);
    if (!way) return;
    const [x, y] = people[ill].at;
    const side = y < 240 ? 132 : 348;
    errand.setAttribute("d", `M${STATION[0]} ${STATION[1]}V${132}${side === 132 ? "" : "V348"}H${x.toFixed(0)}V${y.toFixed(0)}`);
  }

  /** On a small screen the street is shown larger and follows the chosen person. */
  function frame() {
    const close = small.matches && shown.phase === "street";
    const wanted = Math.min(Math.max(people[focus].at[0] - CLOSE_WIDTH / 2, 0), WHOLE[2] - CLOSE_WIDTH);
    left = left === null ? wanted : left + (wanted - left) * 0.08;
    const box = close ? [left.toFixed(1), WHOLE[1], CLOSE_WIDTH, WHOLE[3]] : WHOLE;
    if (box.join(" ") !== shownBox) svg.setAttribute("viewBox", (shownBox = box.join(" ")));
  }

  function classify(picture, chosen) {
    const warned = picture.phones.map((phone) => phone.warning?.level === "high");
    for (const [id, person] of people.entries()) {
      const phone = picture.phones[id];
      const ill = id === picture.ill;
      person.body.setAttribute("class", ["person", id === chosen && "chosen", ill && "ill", warned[id] && "warned", phone.fetched && "fetched"].filter(Boolean).join(" "));
      person.reach.setAttribute("class", ["reach", phone.advertising && "sending", phone.scanning && "listening", ill && "ill", warned[id] && "warned"].filter(Boolean).join(" "));
      person.sign.textContent = ill ? "+" : warned[id] ? "!" : "";
    }
    const states = story.names.map((name, id) =>
      id === picture.ill ? text("person.ill", { name }) : warned[id] ? text("person.warned", { name }) : null);
    document.getElementById("street-now").textContent = states.filter(Boolean).join("; ");
  }

  /** Near and long: a line that grows. Far but just heard: a hair. After the warning: the proof. */
  function lineClass(link, now, length) {
    const picture = shown;
    const other = picture.ill === link.a ? link.b : picture.ill === link.b ? link.a : null;
    if (other !== null && picture.phones[other].warning?.level === "high") return "link proof";
    if (picture.phase !== "street") return "link";
    if (link.near && length < TOGETHER_M * METRE && now - link.heardAtS < 200) return "link near";
    return now - link.heardAtS < 25 ? "link far" : "link";
  }

  function drawLine(link, now) {
    const key = `${link.a}-${link.b}`;
    if (!lines.has(key)) lines.set(key, makeLine());
    const group = lines.get(key);
    const [x1, y1] = people[link.a].at;
    const [x2, y2] = people[link.b].at;
    const kind = lineClass(link, now, Math.hypot(x2 - x1, y2 - y1));
    const width = kind === "link proof" ? 4 : kind === "link near" ? 3 + Math.min(link.minutes, 32) * 0.9 : 1;
    const [edge, bond, label] = group.children;
    edge.setAttribute("stroke-width", (width + 4).toFixed(1));
    bond.setAttribute("stroke-width", width.toFixed(1));
    const minutes = Math.round(link.minutes);
    label.textContent = minutes >= 1 ? `${minutes}′` : "";
    const [cx, cy] = bend(kind, x1, y1, x2, y2);
    const shape = `M${x1.toFixed(1)} ${y1.toFixed(1)}Q${cx.toFixed(1)} ${cy.toFixed(1)} ${x2.toFixed(1)} ${y2.toFixed(1)}`;
    edge.setAttribute("d", shape);
    bond.setAttribute("d", shape);
    const [x, y] = kind === "link proof" ? [(x1 + x2 + 2 * cx) / 4, (y1 + y2 + 2 * cy) / 4] : labelPlace(link, x1, y1, x2, y2, width);
    label.setAttribute("x", x.toFixed(1));
    label.setAttribute("y", (y + 4).toFixed(1));
    group.setAttribute("class", kind);
  }

  /** Proofs bend towards the road, so that they do not run through other houses. */
  function bend(kind, x1, y1, x2, y2) {
    const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
    return kind === "link proof" ? [mx, my + (240 - my) * 0.9] : [mx, my];
  }

  /** Beside a short line, on the side away from a third person; in the middle of a long one. */
  function labelPlace(link, x1, y1, x2, y2, width) {
    const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const length = Math.hypot(x2 - x1, y2 - y1) || 1;
    if (length > 60) return [mx, my - 10];
    let [nx, ny] = [(y2 - y1) / length, -(x2 - x1) / length];
    const third = people.findIndex((person, id) =>
      id !== link.a && id !== link.b && Math.hypot(person.at[0] - mx, person.at[1] - my) < 60);
    const side = third >= 0 ? -(nx * (people[third].at[0] - mx) + ny * (people[third].at[1] - my)) : -ny;
    const away = (side < 0 ? -1 : 1) * (width / 2 + 14);
    return [mx + nx * away * 1.25, my + ny * away];
  }

  return {
    show(picture, chosen) {
      shown = picture;
      focus = chosen;
      links = picture.links;
      classify(picture, chosen);
      const keys = new Set(links.map((link) => `${link.a}-${link.b}`));
      for (const [key, group] of lines) if (!keys.has(key)) { group.remove(); lines.delete(key); }
    },
    move(now) {
      if (!shown) return;
      for (const [id, person] of people.entries()) {
        person.at = place(story.paths[id], now);
        const where = `translate(${person.at[0].toFixed(1)} ${person.at[1].toFixed(1)})`;
        person.body.setAttribute("transform", where);
        person.reach.setAttribute("transform", where);
        person.name.setAttribute("y", person.at[1] > 440 ? -16 : 26);
      }
      for (const link of links) drawLine(link, now);
      drawErrand();
      frame();
    },
  };
}
