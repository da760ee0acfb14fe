// The field app: one door, one card. State lives in IndexedDB; this keeps a copy to draw from.
import { h, speak, spoken, t } from "./page.js";
import * as store from "./store.js";
import { sync } from "./sync.js";
import * as views from "./views.js";
import { dayOf, nextDoor, OPEN, standing } from "./walk.js";

const HOLD_MS = 10_000;
const RETRY_MS = 30_000;
const KEPT_S = 3 * 86_400;
const TABS = { card: views.cardView, list: views.listView, progress: views.progressView, rules: views.rulesView };
const LAST_WORDS = new Set(["campaign_closed", "device_revoked"]);

const seconds = () => Math.floor(Date.now() / 1000);
const main = document.querySelector("main");
const foot = document.querySelector("footer");

const app = {
  doors: new Map(), visits: [], tab: "card", door: null, asking: false, every: false,
  skipped: new Set(), undoable: null, offset: 0, trouble: null, opened: null,

  get waiting() { return app.visits.filter((visit) => visit.step === "new" || visit.step === "ready"); },
  get refused() { return app.visits.filter((visit) => visit.step === "refused"); },
  now: () => seconds() + app.offset,
  today: () => app.visits.filter((visit) => visit.kind === "visit" && dayOf(visit.at + app.offset) === dayOf(app.now())),
  openIn: (alley) => [...app.doors.values()].filter((door) => door.alley === alley && OPEN.has(door.state)).length,
  mine: (door) => app.visits.findLast?.((visit) => takable(visit, door)) ?? null,

  go(tab) { app.tab = tab; app.asking = false; draw({ focus: true }); },
  ask() { app.asking = true; draw({ focus: true }); },
  unask() { app.asking = false; draw({ focus: true }); },
  showEvery(every) { app.every = every; draw(); },
  open(id) { app.door = app.doors.get(id); app.go("card"); },
  skip() { app.skipped.add(app.door.id); app.door = nextDoor(app.doors.values(), app.door, app.now(), app.skipped) ?? app.door; app.go("card"); },

  async record(outcome, reason = "") {
    const door = app.door;
    const phones = outcome === "installed" || outcome === "helped" ? 1 : 0;
    await note({ household: door.id, kind: "visit", outcome, reason, phones });
    app.asking = false;
    app.door = nextDoor(app.doors.values(), app.doors.get(door.id), app.now(), app.skipped);
    draw({ focus: true });
  },
  async undo() {
    const visit = app.undoable;
    if (!visit) return;
    clearTimeout(app.holding);
    app.undoable = null;
    await store.dropVisit(visit.counter);
    await load();
    app.door = app.doors.get(visit.household) ?? app.door;
    app.go("card");
  },
  async morePhones() {
    const phones = (app.undoable.phones % 9) + 1;
    app.undoable = { ...app.undoable, phones, hold: Date.now() + HOLD_MS };
    await store.putVisits([app.undoable]);
    hold();
    await load();
    draw();
  },
  async takeBack() {
    const visit = app.mine(app.door);
    if (visit.step === "new") await store.dropVisit(visit.counter);
    else await store.addVisit(stamped({ household: visit.household, kind: "void", target: { device: app.device, counter: visit.counter } }));
    await load();
    app.door = app.doors.get(app.door.id);
    draw({ focus: true });
    app.send();
  },
  async acceptRules() { await store.setFact("rules_day", dayOf(app.now())); await load(); app.go("card"); },
  async language() { const next = spoken() === "vi" ? "en" : "vi"; await store.setFact("language", next); speak(next); chrome(); draw(); },
  async install() { await app.prompt.prompt(); app.prompt = null; draw(); },
  async dismiss() { await store.setFact("farewell", undefined); await load(); draw({ focus: true }); },
  async send() {
    const said = await sync();
    if (LAST_WORDS.has(said)) await store.wipe({ code: said, lost: await lost() });
    app.trouble = said === "done" || said === "offline" || LAST_WORDS.has(said) ? null : said;
    await load();
    draw();
  },
};

const takable = (visit, door) =>
  visit.kind === "visit" && visit.household === door.id && visit.step !== "refused" && visit.step !== "ready" &&
  !app.visits.some((other) => other.kind === "void" && other.target.counter === visit.counter);

const stamped = (visit) => ({ ...visit, at: seconds(), seen: app.contact ?? 0, time: null, step: "new", hold: 0 });

async function note(visit) {
  const kept = await store.addVisit({ ...stamped(visit), hold: Date.now() + HOLD_MS });
  app.undoable = kept;
  hold();
  await load();
}

function hold() {
  clearTimeout(app.holding);
  app.holding = setTimeout(() => { app.undoable = null; draw(); app.send(); }, HOLD_MS);
}

async function lost() {
  const counts = {};
  for (const visit of await store.visits()) {
    if (visit.step !== "sent" && visit.kind === "visit") counts[visit.outcome] = (counts[visit.outcome] ?? 0) + 1;
  }
  return counts;
}

async function load() {
  const names = ["device", "token", "contact", "offset", "team", "campaign", "rules_day", "farewell"];
  const [device, token, contact, offset, team, campaign, rulesDay, farewell] = await Promise.all(names.map(store.fact));
  Object.assign(app, { device, token, contact, offset: offset ?? 0, team, farewell, ends: campaign?.ends_on });
  if (campaign && app.now() > campaign.expires_at) await store.dropHouseholds();
  app.visits = await store.visits();
  app.doors = standing(await store.households(), app.visits);
  app.rulesDone = rulesDay === dayOf(app.now());
  const seen = app.door && app.doors.get(app.door.id);
  app.door = seen ?? nextDoor(app.doors.values(), null, app.now(), app.skipped);
  if (app.door && app.tab === "card" && !app.asking && !seen) app.door = nextDoor(app.doors.values(), null, app.now());
}

function view() {
  if (app.farewell) return views.farewellView;
  if (!app.token) return views.startView;
  return app.rulesDone ? TABS[app.tab] : views.rulesView;
}

function draw({ focus = false } = {}) {
  const current = view();
  main.replaceChildren(...current(app).filter(Boolean));
  const working = app.token && !app.farewell;
  foot.replaceChildren(...[working && views.undoBar(app), working && views.sendBar(app), working && app.rulesDone && tabs()].filter(Boolean));
  if (focus) main.focus({ preventScroll: true });
  if (focus) window.scrollTo(0, 0);
}

function tabs() {
  const tab = (name) => h("button", { type: "button", onclick: () => app.go(name), "aria-current": app.tab === name ? "page" : null }, t(`tab_${name}`));
  return h("nav", { "aria-label": t("title") }, Object.keys(TABS).map(tab));
}

function chrome() {
  document.querySelector("#brand").textContent = t("brand");
}

async function tidy() {
  const old = (await store.visits()).filter((visit) => visit.step === "sent" && visit.at < seconds() - KEPT_S);
  for (const visit of old) await store.dropVisit(visit.counter);
}

async function start() {
  speak((await store.fact("language")) ?? document.documentElement.lang);
  chrome();
  await tidy();
  await load();
  draw();
  document.documentElement.dataset.ready = "yes";
  await navigator.serviceWorker?.register("sw.js", { scope: "./" });
  await app.send();
  // What was being undone when the page was left is sent now: its ten seconds are over.
  setInterval(() => app.send(), RETRY_MS);
}

addEventListener("online", () => app.send());
document.addEventListener("visibilitychange", () => { if (!document.hidden) app.send(); });
addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); app.prompt = event; draw(); });
start();
