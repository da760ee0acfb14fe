// Takes a voucher for a slip and keeps it on this phone until the person lets it be counted.
// Nothing is sent with a cookie: a cookie would tie the two steps together.
import { blind, finalize, join, toBytes, toNumber, SALT_BYTES } from "./blind_rsa.js";

const STORE = "bluezone-vouchers";
const part = (id) => document.getElementById(id);
const encode = (bytes) => btoa(String.fromCharCode(...bytes));
const decode = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const random = (count) => crypto.getRandomValues(new Uint8Array(count));
let memory = "[]"; // where a browser keeps nothing, until the page is closed

class Problem extends Error {}

function kept() {
  try { return JSON.parse(localStorage.getItem(STORE) || memory); } catch { return JSON.parse(memory); }
}

function keep(vouchers) {
  memory = JSON.stringify(vouchers);
  try { localStorage.setItem(STORE, memory); } catch { /* kept in memory only */ }
}

function put(voucher) {
  keep([...kept().filter((other) => other.token !== voucher.token), voucher]);
}

async function ask(address, body) {
  const options = { credentials: "omit", cache: "no-store" };
  if (body) Object.assign(options, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  let answer;
  try { answer = await fetch(address, options); } catch { throw new Problem("no_connection"); }
  let fields = {};
  try { fields = await answer.json(); } catch { throw new Problem("no_connection"); }
  if (!answer.ok) throw new Problem(fields.errorCode || "no_connection");
  return fields;
}

async function keyOf(code, expected) {
  const fields = await ask(`/voucher/keys/${code.slice(0, 4)}`);
  const modulus = BigInt(`0x${fields.modulus}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", toBytes(modulus, fields.modulus.length / 2)));
  const kid = encode(digest.slice(0, 12)).replace(/\+/g, "-").replace(/\//g, "_");
  if (kid !== fields.kid || (expected && kid !== expected)) throw new Problem("wrong_key");
  return { modulus, exponent: BigInt(fields.exponent), bits: 4 * fields.modulus.length, kid, agency: fields.agency, purpose: fields.purpose };
}

function factorBelow(modulus, length) {
  for (;;) {
    const number = toNumber(random(length));
    if (number > 1n && number < modulus) return number;
  }
}

// Before the first byte is sent, everything needed to ask again is on the phone.
async function begin(code, expected) {
  const pending = kept().find((voucher) => voucher.code === code);
  if (pending) return pending;
  const key = await keyOf(code, expected);
  const prepared = join(random(32), random(32));
  const blinded = await blind(key, prepared, random(SALT_BYTES), factorBelow(key.modulus, key.bits / 8));
  if (blinded === null) throw new Problem("voucher_invalid");
  const voucher = {
    code, kid: key.kid, agency: key.agency, purpose: key.purpose, token: encode(prepared),
    blinded: encode(blinded.message), inverse: blinded.inverse.toString(16),
  };
  put(voucher);
  return voucher;
}

async function take(code, expected) {
  const voucher = await begin(code, expected);
  const drop = () => keep(kept().filter((other) => other.token !== voucher.token));
  let answer;
  try {
    answer = await ask("/voucher/sign", { code, blinded: voucher.blinded });
  } catch (problem) {
    if (["slip_invalid", "slip_used", "slip_voided", "vouchers_closed"].includes(problem.message)) drop();
    throw problem;
  }
  const key = await keyOf(code, voucher.kid);
  const signature = await finalize(key, decode(voucher.token), decode(answer.signature), BigInt(`0x${voucher.inverse}`));
  if (signature === null) throw new Problem("voucher_invalid");
  // From here on the phone no longer knows which slip the voucher came from.
  const { kid, agency, purpose, token } = voucher;
  put({ kid, agency, purpose, token, signature: encode(signature) });
}

async function count(voucher) {
  await ask("/voucher/redeem", { kid: voucher.kid, token: voucher.token, signature: voucher.signature });
}

function forget(voucher) {
  keep(kept().filter((other) => other.token !== voucher.token));
}

function say(code) {
  const text = document.querySelector(`[data-problem="${code}"]`) || document.querySelector('[data-problem="no_connection"]');
  part("problem").textContent = text.textContent;
  part("problem").hidden = false;
}

async function run(work) {
  for (const id of ["problem", "done"]) part(id).hidden = true;
  part("working").hidden = false;
  part("take").disabled = true;
  try { await work(); } catch (problem) { say(problem instanceof Problem ? problem.message : "voucher_invalid"); }
  part("take").disabled = false;
  part("working").hidden = true;
  show();
}

function show() {
  const ready = kept().filter((voucher) => voucher.signature);
  part("kept").hidden = ready.length === 0;
  part("kept-list").replaceChildren(...ready.map(row));
}

function row(voucher) {
  const item = part("kept-row").content.firstElementChild.cloneNode(true);
  item.querySelector(".agency").textContent = voucher.agency;
  item.querySelector(".purpose").textContent = part("voucher").dataset[voucher.purpose];
  item.querySelector(".count-me").addEventListener("click", () => run(async () => {
    try {
      await count(voucher);
      part("done").hidden = false;
    } catch (problem) {
      if (["voucher_spent", "voucher_invalid", "vouchers_closed"].includes(problem.message)) forget(voucher);
      throw problem;
    }
    forget(voucher);
  }));
  return item;
}

function clean(text) {
  const letters = text.toUpperCase().replace(/[\s.-]/g, "");
  return letters.replace(/[IL]/g, "1").replace(/O/g, "0");
}

function start() {
  const [scanned, expected] = location.hash.slice(1).split(".");
  if (scanned) {
    part("id_code").value = scanned.replace(/(.{4})(?=.)/g, "$1 ");
    history.replaceState(null, "", location.pathname); // the code leaves the address bar
  }
  part("take").hidden = false;
  part("plain").hidden = true;
  part("plain-note").hidden = true;
  const go = (event) => {
    event.preventDefault();
    run(async () => {
      const code = clean(part("id_code").value);
      if (code.length !== 16) throw new Problem("slip_invalid");
      await take(code, scanned === code ? expected : undefined);
      part("id_code").value = "";
    });
  };
  part("take").addEventListener("click", go);
  part("slip").addEventListener("submit", go);
  show();
}

if (window.isSecureContext && crypto.subtle) start();
