// The chosen phone as its owner sees it: home, code, preview, receipt, warning.
import { story, text, number, clock } from "./demo.js";

function el(name, options = {}, ...children) {
  const element = document.createElement(name);
  const { cls, ...attributes } = options;
  if (cls) element.className = cls;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

function list(days) {
  return days.join(", ");
}

function bars(rssi) {
  const level = rssi > -65 ? 4 : rssi > -75 ? 3 : rssi > -85 ? 2 : 1;
  return el("span", { cls: "bars", "data-level": level, role: "img", "aria-label": `${rssi} dBm` }, ...[1, 2, 3, 4].map(() => el("i")));
}

function recent(phone) {
  if (!phone.recent.length) return "";
  return el("div", {},
    el("p", { cls: "recent-title" }, text("phone.recent")),
    el("ul", { cls: "recent" }, ...phone.recent.map((one) => el("li", {}, el("code", {}, one.id), bars(one.rssiDbm)))));
}

function home(picture, phone, own, actions) {
  const radio = el("div", { cls: "radio" },
    el("span", { cls: phone.advertising ? "lamp on" : "lamp" }, text(phone.advertising ? "phone.advertising" : "phone.quiet")),
    el("span", { cls: phone.scanning ? "lamp on" : "lamp" }, text(phone.scanning ? "phone.scanning" : "phone.resting")));
  const waiting = picture.phase === "ill";
  const heard = el("div", { cls: "heard" }, el("b", {}, number(phone.numbers)), el("span", {}, text("phone.heard"), el("small", {}, `${number(phone.heard)} ${text("phone.signals")}`)));
  const parts = [
    el("h3", { cls: "on" }, text("phone.on")),
    radio,
    el("p", { cls: "own" }, el("span", {}, text("phone.own")), el("code", {}, phone.ownId || "…")),
    waiting ? "" : heard,
    picture.phase === "street" ? recent(phone) : "",
    el("p", { cls: "calm" }, el("span", { cls: "state met" }, text("phone.none")), phone.fetched ? el("small", {}, text("phone.checked", { count: number(phone.fetchedKeys) })) : ""),
    waiting ? actions.codeForm(own, phone) : "",
  ];
  return parts.filter((part) => part !== "");
}

function leaving(out) {
  const days = list(out.days);
  return [
    el("li", {}, el("b", {}, text("preview.en")), text("preview.keys", { count: out.en, days })),
    el("li", {}, el("b", {}, text("preview.bluezone")), text("preview.keys", { count: out.bluezone, days })),
  ];
}

function preview(picture, phone, own, actions) {
  const out = phone.outgoing;
  return [
    el("h3", {}, text("preview.title")),
    el("ul", { cls: "leaves" }, ...leaving(out), el("li", {}, text("preview.type"), out.onset ? el("span", { cls: "line" }, text("preview.onset", { day: out.onset })) : "")),
    el("p", { cls: "never" }, text("preview.not")),
    actions.button("preview.send", "button", () => actions.send(`/phone/${own}/confirm`)),
    actions.button("preview.cancel", "button secondary", () => actions.send(`/phone/${own}/cancel`)),
  ];
}

function receipt(picture, phone) {
  const out = phone.outgoing;
  return [
    el("h3", { cls: "good" }, text("receipt.title")),
    el("p", {}, text("receipt.text", { count: out.accepted, time: clock(out.sentAtS) })),
    el("ul", { cls: "leaves" }, ...leaving(out)),
    el("p", { cls: "never" }, text("preview.not")),
  ];
}

function message(phone) {
  const language = document.documentElement.lang;
  const { title, parts, level } = phone.warning;
  const [happened, means, steps, call, unknown] = parts[language];
  return [
    el("h3", { cls: level === "high" ? "danger" : "note" }, title[language]),
    ...[...happened, ...means].map((sentence) => el("p", {}, sentence)),
    el("ul", { cls: "todo" }, ...steps.map((sentence) => el("li", {}, sentence))),
    ...call.map((sentence) => el("p", { cls: "call" }, sentence)),
    ...unknown.map((sentence) => el("p", { cls: "unknown" }, sentence)),
  ];
}

const SCREENS = { home, preview, receipt };

export function makePhone({ choose, send }) {
  const handset = document.getElementById("phone");
  const chips = document.getElementById("chips");
  let drawn = "";
  let draft = "";
  let fault = "";
  let last = null;

  const buttons = story.names.map((name, id) => {
    const chip = el("button", { type: "button", cls: "chip", "aria-pressed": "false" }, el("span", { cls: "sign", "aria-hidden": "true" }), el("span", {}, name));
    chip.addEventListener("click", () => choose(id));
    chips.append(chip);
    return chip;
  });

  const actions = {
    send,
    button(name, cls, act) {
      const button = el("button", { type: "button", cls }, text(name));
      button.addEventListener("click", act);
      return button;
    },
    codeForm(own, phone) {
      const wrong = fault || (phone.error ? text("code.wrong", { code: phone.error }) : "");
      const input = el("input", { id: "code", inputmode: "numeric", autocomplete: "off", maxlength: "11", value: draft, "aria-describedby": "code-hint code-error" });
      input.addEventListener("input", () => { draft = input.value; });
      const form = el("form", { cls: "field code-form", novalidate: "" },
        el("label", { for: "code" }, text("code.label")),
        el("span", { cls: "hint", id: "code-hint" }, text("code.hint")),
        el("span", { cls: "error", id: "code-error" }, wrong),
        el("div", { cls: "code-row" }, input, el("button", { cls: "button" }, text("code.next"))));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const code = input.value.replace(/\D/g, "");
        fault = code.length === 8 ? "" : text("code.format");
        if (!fault) { draft = ""; await send(`/phone/${own}/code`, { code }); }
        drawn = "";
        show(...last);
      });
      return form;
    },
  };

  function showDesk(picture, chosen) {
    const desk = document.getElementById("desk");
    desk.hidden = picture.phase !== "ill" || picture.phones[chosen].screen !== "home";
    const code = document.getElementById("desk-code");
    code.hidden = !picture.code;
    if (picture.code) code.textContent = text("desk.code", { code: `${picture.code.slice(0, 4)} ${picture.code.slice(4)}` });
    const counts = picture.helperInS !== null && !picture.helping;
    document.getElementById("helper-text").textContent = picture.helping ? text("helper.busy") : counts ? text("helper.text", { count: picture.helperInS }) : "";
    const helper = document.getElementById("helper");
    helper.disabled = picture.helping;
    helper.textContent = text("helper.now");
  }

  function showChips(picture, chosen) {
    for (const [id, chip] of buttons.entries()) {
      const state = id === picture.ill ? "ill" : picture.phones[id].warning?.level === "high" ? "warned" : "";
      const pressed = String(id === chosen);
      if (chip.getAttribute("aria-pressed") !== pressed) chip.setAttribute("aria-pressed", pressed);
      chip.dataset.state = state;
      const name = story.names[id];
      chip.setAttribute("aria-label", state ? text(`person.${state}`, { name }) : name);
      chip.firstChild.textContent = { ill: "+", warned: "!" }[state] ?? "";
    }
  }

  document.getElementById("helper").addEventListener("click", () => send("/helper"));
  for (const id of ["desk-button", "desk-link"]) document.getElementById(id).addEventListener("click", () => send("/helper/wait"));
  document.addEventListener("input", (event) => { if (event.target.id === "code") send("/helper/wait"); }, { once: true });

  function show(picture, chosen) {
    last = [picture, chosen];
    showChips(picture, chosen);
    showDesk(picture, chosen);
    const phone = picture.phones[chosen];
    // While somebody types, only what belongs to the form may change it.
    const typing = document.activeElement?.id === "code" && phone.screen === "home";
    const state = JSON.stringify([chosen, picture.phase, phone, fault]);
    if (state === drawn || (typing && drawn && phone.error === "" && !fault && picture.phase === "ill")) return;
    drawn = state;
    const top = el("header", {}, el("span", {}, text("phone.of", { name: story.names[chosen] })));
    const focused = typing;
    const content = phone.warning ? message(phone) : SCREENS[phone.screen](picture, phone, chosen, actions);
    handset.dataset.screen = phone.warning?.level === "high" ? "warned" : phone.screen;
    handset.replaceChildren(top, el("div", { cls: "screen" }, ...content));
    if (focused) document.getElementById("code")?.focus();
  }

  return { show };
}
