// Small builders: an element with attributes and children, a text in the page's language.
const TEXTS = JSON.parse(document.querySelector("#texts").textContent);

let language = document.documentElement.lang;

export function speak(chosen) {
  language = TEXTS[chosen] ? chosen : "vi";
  document.documentElement.lang = language;
  document.title = t("title");
}

export const otherLanguage = () => (language === "vi" ? "en" : "vi");
export const NAMES = { vi: "Tiếng Việt", en: "English" };

// The text `name`; `{word}` is replaced by `values.word`.
export function t(name, values = {}) {
  const text = TEXTS[language][name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, word) => values[word] ?? whole);
}

export const rules = () => TEXTS[language].rules;
export const number = (value) => new Intl.NumberFormat(language === "vi" ? "vi-VN" : "en-GB").format(value);
export const day = (iso) => iso.split("-").reverse().join("/");

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

// Puts `nodes` into `box` and leaves alone what is the same: no tap and no focus is lost.
export function renew(box, nodes) {
  const old = [...box.childNodes];
  nodes.forEach((node, place) => {
    if (place >= old.length) box.append(node);
    else if (!old[place].isEqualNode(node)) old[place].replaceWith(node);
  });
  old.slice(nodes.length).forEach((node) => node.remove());
}

export const button = (text, onclick, attributes = {}) =>
  h("button", { type: "button", onclick, ...attributes }, text);
