// One contact with the server: hear its time and news, put the times of new visits right, send.
// A visit is changed no more once it has its time, so that it can be sent again without harm.
import * as store from "./store.js";
import { timeOf } from "./walk.js";

const BATCH = 200;
const PATIENCE_MS = 45_000;
const WRONG_SHAPE = new Set(["invalid_request", "too_many_visits"]);
const seconds = () => Math.floor(Date.now() / 1000);

export class Refusal extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

// Asks the server. A network that hangs, and a hotspot's sign-in page, are no network.
async function ask(more) {
  const facts = await Promise.all(["device", "token", "cursor"].map(store.fact));
  const [device, token, cursor] = facts;
  const body = { device, now: seconds(), cursor: cursor ?? 0, ...more };
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch("sync", {
      method: "POST",
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: patience.signal,
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    const said = await answer.json().catch((error) => {
      if (error.name === "AbortError") throw error;
      return {};
    });
    if (!answer.ok) throw new Refusal(said.error?.code ?? `http_${answer.status}`);
    if (!Number.isInteger(said.server_time) || !Array.isArray(said.households)) throw new TypeError("not our server");
    return said;
  } finally {
    clearTimeout(timer);
  }
}

async function post(visits) {
  const said = await ask({ visits });
  await store.applyAnswer(said.households, {
    cursor: said.cursor,
    contact: said.server_time,
    offset: said.server_time - seconds(),
    team: said.team,
    campaign: said.campaign,
  });
  const taken = [...said.accepted, ...said.repeated].map((counter) => [counter, { step: "sent" }]);
  // A time after the server's is made again at the next contact; the rest needs a person.
  const refused = said.refused.map(({ counter, code }) =>
    [counter, code === "time_in_future" ? { step: "new", time: null } : { step: "refused", code }]);
  if (taken.length || refused.length) await store.note([...taken, ...refused]);
  return said;
}

function wire({ counter, household, kind, outcome, reason, phones, target, at, time }) {
  const plain = { counter, household, kind, at, time };
  return kind === "void" ? { ...plain, target } : { ...plain, outcome, reason, phones };
}

// Sends rows; if the server cannot read them, in halves, until the one that is to blame is alone:
// no visit ever holds up another.
async function send(rows) {
  try {
    return await post(rows.map(wire));
  } catch (error) {
    if (!(error instanceof Refusal) || !WRONG_SHAPE.has(error.code)) throw error;
    if (rows.length === 1) {
      await store.note([[rows[0].counter, { step: "refused", code: error.code }]]);
      return post([]);
    }
    const middle = Math.ceil(rows.length / 2);
    await send(rows.slice(0, middle));
    return send(rows.slice(middle));
  }
}

async function contact() {
  let said = await post([]);
  while (said.more) said = await post([]);
  const offset = said.server_time - seconds();
  const timed = (visit, newest) => timeOf(visit, offset, said.server_time, newest);
  await store.makeReady(timed, (visit) => visit.hold <= Date.now());
  const ready = (await store.visits()).filter((visit) => visit.step === "ready");
  for (let start = 0; start < ready.length; start += BATCH) {
    said = await send(ready.slice(start, start + BATCH));
  }
  while (said.more) said = await post([]);
}

// Resolves with "done", "offline", "storage" or the server's code. Two windows never send at once.
export async function sync() {
  if (!(await store.fact("token"))) return "unknown_device";
  try {
    if (navigator.locks) await navigator.locks.request("bluezone-field-sync", contact);
    else await contact();
    return "done";
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    if (error instanceof TypeError || error.name === "AbortError") return "offline";
    if (error instanceof DOMException) return "storage";
    throw error;
  }
}

// Tells the server how many visits came too late, by outcome; it is only told, never asked.
export async function tellLost(late) {
  if (Object.keys(late).length) await ask({ late }).catch(() => null);
}
