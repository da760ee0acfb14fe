// The field app: one door, one card. State lives in IndexedDB; this keeps a copy to draw from.
import { h, NAMES, otherLanguage, renew, speak, t } from "./page.js";
import * as store from "./store.js";
import { sync, tellLost } from "./sync.js";
import * as views from "./views.js";
import { dayOf, nextDoor, OPEN, standing } from "./walk.js";

const HOLD_MS = 10_000;
const RETRY_MS = 30_000;
const BOUNCE_MS = 600;
const KEPT_S = 3 * 86_400;
const TABS = { card: views.cardView, list: views.listView, progress: views.progressView, rules: views.rulesView };
const LAST_WORDS = new Set(["campaign_closed", "device_revoked"]);

const seconds = () => Math.floor(Date.now() / 1000);
const main = document.querySelector("main");
const foot = document.querySelector("footer");
const language = document.querySelector("#language");

const app = {
  doors: new Map(), visits: [], tab: "card", door: null, asking: false, shown: "open", deaf: false,
  skipped: new Set(), unfolded: new Set(), undoable: null, offset: 0, trouble: null, broken: null,

  get waiting() { return store.unsent(app.visits); },
  get refused() { return app.visits.filter((visit) => visit.step === "refused"); },
  now: () => seconds() + app.offset,
  today: () => app.visits.filter((visit) => visit.kind === "visit" && dayOf(visit.at + app.offset) === dayOf(app.now())),
  openIn: (alley) => [...app.doors.values()].filter((door) => door.alley === alley && OPEN.has(door.state)).length,
  mine: (door) => app.visits.filter((visit) => takable(visit, door)).pop() ?? null,

  go(tab) { app.tab = tab; app.asking = false; draw({ focus: true }); },
  ask() { app.asking = true; deafen(); draw({ focus: true }); },
  unask() { app.asking = false; draw({ focus: true }); },
  show(shown) { app.shown = shown; draw(); },
  open(id) { app.door = app.doors.get(id) ?? app.door; app.go("card"); },
  skip() { app.skipped.add(app.door.id); app.door = nextDoor(app.doors.values(), app.door, app.now(), app.skipped) ?? app.door; app.go("card"); },

  // One tap, one visit: a finger that bounces, or a raindrop, must not judge the next door, too.
  async record(id, outcome, reason = "") {
    if (app.deaf) return;
    deafen();
    const phones = outcome === "installed" || outcome === "helped" ? 1 : 0;
    const visit = { ...stamped({ household: id, kind: "visit", outcome, reason, phones }), hold: Date.now() + HOLD_MS };
    if (!(await kept(async () => { app.undoable = await store.addVisit(visit, app.device); }))) return;
    hold();
    await load();
    app.asking = false;
    app.door = nextDoor(app.doors.values(), app.doors.get(id), app.now(), app.skipped);
    draw({ focus: true });
  },
  async undo() {
    const visit = app.undoable;
    if (!visit) return;
    clearTimeout(app.holding);
    app.undoable = null;
    // Another window may have sent it meanwhile: then it is taken back instead.
    if (!(await kept(async () => (await store.changeUnsent(visit.counter, null)) || takeBack(visit)))) return;
    await load();
    app.door = app.doors.get(visit.household) ?? app.door;
    app.go("card");
  },
  async morePhones() {
    const change = { phones: (app.undoable.phones % 9) + 1, hold: Date.now() + HOLD_MS };
    const visit = app.undoable;
    const done = await kept(async () => { app.undoable = (await store.changeUnsent(visit.counter, change)) ? { ...visit, ...change } : null; });
    if (done) hold();
    await load();
    draw();
  },
  async takeBack() {
    const visit = app.mine(app.door);
    if (!visit) return;
    if (!(await kept(async () => (await store.changeUnsent(visit.counter, null)) || takeBack(visit)))) return;
    if (app.undoable?.counter === visit.counter) app.undoable = null;
    await load();
    draw({ focus: true });
    app.send();
  },
  async acceptRules() { if (await kept(() => store.setFact("rules_day", dayOf(app.now())))) { await load(); app.go("card"); } },
  async install() { await app.prompt.prompt(); app.prompt = null; draw(); },
  async dismiss() { await store.setFact("farewell", undefined); await load(); draw({ focus: true }); },
  async forgetRefused() { await store.dropVisits(app.refused.map((visit) => visit.counter)); await load(); draw(); },

  async send() {
    app.again = app.sending;
    if (app.sending) return;
    app.sending = true;
    let said;
    try {
      do { app.again = false; said = await sync(); } while (app.again);
      if (LAST_WORDS.has(said)) await farewell(said);
    } finally { app.sending = false; }
    app.trouble = said === "done" || said === "offline" || LAST_WORDS.has(said) ? null : said;
    await load();
    draw();
  },
};

const takable = (visit, door) =>
  visit.kind === "visit" && visit.household === door.id && visit.step !== "refused" &&
  !app.visits.some((other) => other.kind === "void" && other.target.counter === visit.counter);

const stamped = (visit) => ({ ...visit, at: seconds(), seen: app.contact ?? 0, time: null, step: "new", hold: 0 });

const takeBack = (visit) =>
  store.addVisit(stamped({ household: visit.household, kind: "void", target: { device: app.device, counter: visit.counter } }), app.device);

// Does something that must be kept, and says loudly if the phone cannot keep it.
async function kept(work) {
  try {
    await work();
    app.broken = null;
    return true;
  } catch (error) {
    app.broken = error.name;
    draw();
    return false;
  }
}

function deafen() {
  app.deaf = true;
  setTimeout(() => { app.deaf = false; draw(); }, BOUNCE_MS);
}

function hold() {
  clearTimeout(app.holding);
  app.holding = setTimeout(() => { app.undoable = null; draw(); app.send(); }, HOLD_MS);
}

// The end on this phone: the server hears the numbers, the person reads them, the list goes.
async function farewell(code) {
  const lost = {};
  for (const visit of store.unsent(await store.visits())) {
    if (visit.kind === "visit") lost[visit.outcome] = (lost[visit.outcome] ?? 0) + 1;
  }
  await tellLost(lost);
  await store.wipe({ code, lost });
}

async function load() {
  const names = ["device", "token", "contact", "offset", "team", "campaign", "rules_day", "farewell"];
  const [device, token, contact, offset, team, campaign, rulesDay, last] = await Promise.all(names.map(store.fact));
  Object.assign(app, { device, token, contact, offset: offset ?? 0, team, farewell: last, ends: campaign?.ends_on });
  if (campaign && app.now() > campaign.expires_at) await store.dropHouseholds();
  app.visits = await store.visits();
  app.doors = standing(await store.households(), app.visits, app.offset);
  app.rulesDone = rulesDay === dayOf(app.now());
  const there = app.door && app.doors.get(app.door.id);
  app.door = there ?? nextDoor(app.doors.values(), app.door ?? lastSeen(), app.now(), app.skipped);
}

// Where this phone was last: an app that was closed opens at the door after that one.
function lastSeen() {
  const been = app.today().filter((visit) => app.doors.has(visit.household)).pop();
  return been ? app.doors.get(been.household) : null;
}

function view() {
  if (app.farewell) return views.farewellView;
  if (!app.token) return views.startView;
  return app.rulesDone ? TABS[app.tab] : views.rulesView;
}

function draw({ focus = false } = {}) {
  const working = app.token && !app.farewell;
  renew(main, view()(app).filter(Boolean));
  renew(foot, [working && views.undoBar(app), working && views.sendBar(app), working && app.rulesDone && tabs()].filter(Boolean));
  if (focus) main.focus({ preventScroll: true });
  if (focus) window.scrollTo(0, 0);
}

function tabs() {
  const tab = (name) => h("button", { type: "button", onclick: () => app.go(name), "aria-current": app.tab === name ? "page" : null }, t(`tab_${name}`));
  return h("nav", { "aria-label": t("title") }, Object.keys(TABS).map(tab));
}

function chrome() {
  document.querySelector("#brand").textContent = t("brand");
  language.textContent = NAMES[otherLanguage()];
  language.lang = otherLanguage();
  language.hidden = false;
}

async function speakOther() {
  const chosen = otherLanguage();
  speak(chosen);
  chrome();
  draw();
  await kept(() => store.setFact("language", chosen));
}

async function tidy() {
  const old = app.visits.filter((visit) => visit.step === "sent" && visit.at < seconds() - KEPT_S);
  if (old.length) await store.dropVisits(old.map((visit) => visit.counter));
}

async function start() {
  speak((await store.fact("language")) ?? document.documentElement.lang);
  chrome();
  await load();
  draw();
  document.documentElement.dataset.ready = "yes";
  language.addEventListener("click", speakOther);
  addEventListener("online", () => app.send());
  addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); app.prompt = event; draw(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) app.send(); });
  // What was being undone when the page was left is sent now: its ten seconds are over.
  setInterval(() => app.send(), RETRY_MS);
  navigator.serviceWorker?.register("sw.js", { scope: "./" }).catch(() => null);
  app.safe = app.token ? await navigator.storage?.persist?.().catch(() => false) : true;
  await kept(tidy);
  await app.send();
}

start().catch((error) => {
  main.replaceWith(h("main", {}, h("h1", {}, t("no_storage_title")), h("p", {}, t("no_storage")), h("p", { class: "hint" }, `(${error.name})`)));
});
