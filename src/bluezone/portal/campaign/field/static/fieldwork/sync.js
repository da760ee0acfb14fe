// One contact with the server: hear its time and news, put the times of new visits right, send.
// A visit is changed no more once it has its time, so that it can be sent again without harm.
import * as store from "./store.js";
import { timeOf } from "./walk.js";

const BATCH = 200;
const seconds = () => Math.floor(Date.now() / 1000);

export class Refusal extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

async function post(visits) {
  const body = {
    device: await store.fact("device"),
    now: seconds(),
    cursor: (await store.fact("cursor")) ?? 0,
    visits,
  };
  const answer = await fetch("sync", {
    method: "POST",
    credentials: "omit",
    cache: "no-store",
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${await store.fact("token")}`,
    },
    body: JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(said.error?.code ?? `http_${answer.status}`);
  await take(said);
  return said;
}

async function take(said) {
  await store.applyAnswer(said.households, {
    cursor: said.cursor,
    contact: said.server_time,
    offset: said.server_time - seconds(),
    team: said.team,
    campaign: said.campaign,
  });
  const known = new Map((await store.visits()).map((visit) => [visit.counter, visit]));
  const changed = [];
  for (const counter of [...said.accepted, ...said.repeated]) {
    const visit = known.get(counter);
    if (visit) changed.push({ ...visit, step: "sent" });
  }
  for (const { counter, code } of said.refused) {
    const visit = known.get(counter);
    // A time after the server's is made again at the next contact; the rest needs a person.
    if (visit) changed.push({ ...visit, ...(code === "time_in_future" ? { step: "new", time: null } : { step: "refused", code }) });
  }
  if (changed.length) await store.putVisits(changed);
}

async function fix(said) {
  const offset = said.server_time - seconds();
  let newest = (await store.fact("newest")) ?? 0;
  const due = (await store.visits())
    .filter((visit) => visit.step === "new" && visit.hold <= Date.now())
    .sort((a, b) => a.counter - b.counter);
  const fixed = due.map((visit) => {
    newest = timeOf(visit, offset, said.server_time, newest);
    return { ...visit, time: newest, step: "ready" };
  });
  if (!fixed.length) return;
  await store.putVisits(fixed);
  await store.setFact("newest", newest);
}

function wire({ counter, household, kind, outcome, reason, phones, target, at, time }) {
  const plain = { counter, household, kind, at, time };
  return kind === "void" ? { ...plain, target } : { ...plain, outcome, reason, phones };
}

async function contact() {
  let said = await post([]);
  while (said.more) said = await post([]);
  await fix(said);
  const ready = (await store.visits()).filter((visit) => visit.step === "ready");
  for (let start = 0; start < ready.length; start += BATCH) {
    said = await post(ready.slice(start, start + BATCH).map(wire));
  }
  while (said.more) said = await post([]);
}

// Resolves with "done", "offline", or the server's code. Two windows never send at once.
export async function sync() {
  if (!(await store.fact("token"))) return "unknown_device";
  try {
    if (navigator.locks) await navigator.locks.request("bluezone-field-sync", contact);
    else await contact();
    return "done";
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    if (error instanceof TypeError) return "offline";
    throw error;
  }
}
