// What is on the screen, made anew from the state at every change. No view stores anything.
import { button, day, h, number, rules, t } from "./page.js";
import { byPlace, dayOf, OPEN } from "./walk.js";

const OUTCOMES = ["installed", "helped", "absent", "refused", "no_smartphone", "phone_too_old"];
const REASONS = ["privacy", "quarantine", "battery", "no_need", "other"];
const SHAPES = {
  to_visit: "unknown", absent: "at-risk", installed: "met", no_smartphone: "unknown",
  refused: "missed", phone_too_old: "unknown", not_reachable: "missed",
};
const CLOSE_CLOCK_S = 120;

const place = (door) => t("place", door);

function state(door, ABSENCES = 3) {
  const words = door.state === "absent" ? t("absent_so_far", { count: door.absences, of: ABSENCES }) : t(`state_${door.state}`);
  return h("span", { class: `state ${SHAPES[door.state]}` }, words);
}

export function rulesView(app) {
  const points = h("ol", { class: "rules" }, rules().map((rule) => h("li", {}, rule)));
  const done = app.rulesDone
    ? h("p", { class: "hint" }, t("rules_done"))
    : button(t("rules_accept"), app.acceptRules, { class: "big first", id: "accept" });
  return [h("h1", {}, t("rules_title")), h("p", {}, t("rules_why")), points, done];
}

export function cardView(app) {
  const door = app.door;
  if (!app.doors.size) return [h("h1", {}, t("empty_title")), h("p", {}, t("empty_text"))];
  if (!door) return [h("h1", {}, t("all_done")), h("p", {}, t("all_done_text")), button(t("tab_list"), () => app.go("list"), { class: "big first" })];
  return [
    h("p", { class: "where" }, t("alley_left", { alley: door.alley, count: number(app.openIn(door.alley)) })),
    h("section", { class: "card", "aria-labelledby": "door" },
      h("h1", { id: "door" }, place(door)),
      h("p", { class: "standing" }, state(door), door.last_at ? h("span", { class: "hint" }, ` · ${t("last_visit", { day: day(dayOf(door.last_at)) })}`) : null),
      app.asking ? reasons(app) : outcomes(app),
    ),
    h("div", { class: "row" },
      button(t("skip"), app.skip, { class: "plain" }),
      app.mine(door) ? button(t("take_back"), app.takeBack, { class: "plain" }) : null,
    ),
  ];
}

function outcomes(app) {
  const { id } = app.door; // the door that is on the card, whatever comes from the server meanwhile
  const tap = (outcome) => (outcome === "refused" ? app.ask() : app.record(id, outcome));
  return h("div", { class: "taps", role: "group", "aria-label": t("what_happened") },
    OUTCOMES.map((outcome) => button(t(`outcome_${outcome}`), () => tap(outcome), { class: `tap ${outcome}`, "data-outcome": outcome, disabled: app.deaf })));
}

function reasons(app) {
  const { id } = app.door;
  return h("div", { class: "taps", role: "group", "aria-label": t("why") },
    h("h2", { tabindex: "-1" }, t("why")),
    REASONS.map((reason) => button(t(`reason_${reason}`), () => app.record(id, "refused", reason), { class: "tap", "data-reason": reason, disabled: app.deaf })),
    button(t("back"), app.unask, { class: "tap back" }));
}

export function listView(app) {
  const doors = [...app.doors.values()].sort(byPlace);
  const done = app.today().reverse();
  const open = doors.filter((door) => OPEN.has(door.state));
  const choice = (shown, count) =>
    button(t(`list_${shown}`, { count: number(count) }), () => app.show(shown), { class: "choice", "aria-pressed": String(app.shown === shown) });
  return [
    h("h1", {}, t("tab_list")),
    h("div", { class: "row", role: "group", "aria-label": t("tab_list") }, choice("open", open.length), choice("today", done.length), choice("every", doors.length)),
    ...(app.shown === "today" ? todayList(app, done) : alleys(app, app.shown === "every" ? doors : open)),
  ];
}

// What this phone did today, newest first: to look up, and to put a slip of the thumb right.
function todayList(app, done) {
  if (!done.length) return [h("p", { class: "hint" }, t("list_none_today"))];
  return [h("ul", { class: "doors" }, done.map((visit) => {
    const door = app.doors.get(visit.household);
    const words = `${t(`outcome_${visit.outcome}`)}${visit.step === "sent" ? "" : ` · ${t("not_sent_yet")}`}`;
    return h("li", {}, h("button", { type: "button", class: "door", onclick: () => app.open(visit.household) }, h("span", {}, door ? place(door) : "–"), h("span", { class: "state" }, words)));
  }))];
}

function alleys(app, shown) {
  if (!shown.length) return [h("p", { class: "hint" }, t("all_done"))];
  const found = new Map();
  for (const door of shown) found.set(door.alley, [...(found.get(door.alley) ?? []), door]);
  if (!app.unfolded.size && app.door) app.unfolded.add(app.door.alley);
  return [...found].map(([name, rows]) => alley(app, name, rows));
}

// An alley's rows are made when it is opened: 2,000 doors cost nothing until somebody looks.
function alley(app, name, rows) {
  const open = app.unfolded.has(name);
  const list = () => h("ul", {}, rows.map((door) => row(app, door)));
  const fill = ({ currentTarget: box }) => {
    app.unfolded[box.open ? "add" : "delete"](name);
    if (box.open && box.children.length === 1) box.append(list());
    else if (!box.open && box.children.length > 1) box.lastChild.remove();
  };
  return h("details", { open, ontoggle: fill }, h("summary", {}, h("span", {}, name), h("span", { class: "hint" }, number(rows.length))), open ? list() : null);
}

const row = (app, door) =>
  h("li", {}, h("button", { type: "button", class: "door", onclick: () => app.open(door.id) }, h("span", {}, door.label), state(door)));

export function progressView(app) {
  const doors = [...app.doors.values()];
  const count = (test) => number(doors.filter(test).length);
  const of = number(doors.length);
  const pair = (name, value) => [h("dt", {}, t(name)), h("dd", {}, value)];
  return [
    h("h1", {}, t("tab_progress")),
    h("p", { class: "where" }, `${app.team?.name ?? ""} · ${app.team?.unit ?? ""}`),
    bar(doors.filter((door) => !OPEN.has(door.state)).length, doors.length),
    h("dl", { class: "pairs" },
      pair("done_doors", t("of", { count: count((door) => !OPEN.has(door.state)), of })),
      pair("state_installed", count((door) => door.state === "installed")),
      pair("state_refused", count((door) => door.state === "refused")),
      pair("without_phone", count((door) => door.state === "no_smartphone" || door.state === "phone_too_old")),
      pair("state_not_reachable", count((door) => door.state === "not_reachable")),
      pair("left_doors", count((door) => OPEN.has(door.state))),
      pair("team_today", count((door) => door.last_at && dayOf(door.last_at) === dayOf(app.now()))),
      pair("mine_today", number(app.today().length)),
    ),
    ...troubles(app),
    h("div", { class: "column" },
      button(t("send_now"), app.send, { class: "big" }),
      app.prompt ? button(t("install"), app.install, { class: "big" }) : h("p", { class: "hint" }, t("install_hint")),
    ),
  ];
}

function bar(done, all) {
  return h("progress", { max: all || 1, value: done, "aria-label": t("done_doors") });
}

function troubles(app) {
  const found = [];
  if (Math.abs(app.offset) > CLOSE_CLOCK_S) found.push(t("clock_off", { minutes: number(Math.round(Math.abs(app.offset) / 60)) }));
  if (app.safe === false) found.push(t("not_safe"));
  if (app.ends) found.push(t("ends_on", { day: day(app.ends) }));
  return [refusals(app), ...found.map((text) => h("p", { class: "note" }, text))];
}

function refusals(app) {
  if (!app.refused.length) return null;
  const line = (visit) => h("li", {}, `${place(app.doors.get(visit.household) ?? { alley: "–", label: "–" })}: ${t(`outcome_${visit.outcome}`)} (${visit.code})`);
  return h("div", { class: "note" },
    h("p", {}, t("not_taken", { count: number(app.refused.length) })),
    h("ul", {}, app.refused.filter((visit) => visit.kind === "visit").map(line)),
    button(t("not_taken_shown"), app.forgetRefused, { class: "big" }));
}

export function farewellView(app) {
  const left = Object.entries(app.farewell.lost);
  return [
    h("h1", {}, t(`farewell_${app.farewell.code}`)),
    h("p", {}, t("farewell_wiped")),
    left.length
      ? h("div", { class: "note" }, h("p", {}, t("farewell_lost", { count: number(left.reduce((sum, [, count]) => sum + count, 0)) })),
          h("ul", {}, left.map(([outcome, count]) => h("li", {}, `${t(`outcome_${outcome}`)}: ${number(count)}`))))
      : h("p", {}, t("farewell_nothing_lost")),
    button(t("farewell_read"), app.dismiss, { class: "big first" }),
  ];
}

export function startView() {
  return [
    h("h1", {}, t("start_title")),
    h("p", {}, t("start_text")),
    h("a", { class: "big first", href: "start/" }, t("start_link")),
  ];
}

export function undoBar(app) {
  const visit = app.undoable;
  if (!visit) return null;
  const installed = visit.outcome === "installed" || visit.outcome === "helped";
  const left = h("span", { class: "left", "aria-hidden": "true" });
  left.style.animationDelay = `${Math.min(0, visit.hold - Date.now() - 10_000)}ms`;
  return h("div", { class: "undo", role: "status" },
    h("span", {}, `${t("noted", { outcome: t(`outcome_${visit.outcome}`) })} ${place(app.doors.get(visit.household) ?? { alley: "", label: "" })}`),
    installed ? button(t("phones", { count: visit.phones }), app.morePhones, { class: "plain", "aria-label": t("phones_more", { count: visit.phones }) }) : null,
    button(t("undo"), app.undo, { class: "plain strong", id: "undo" }),
    left);
}

export function sendBar(app) {
  const waiting = app.waiting.length;
  if (app.broken) return h("p", { class: "send trouble", role: "alert" }, `${t("storage")} (${app.broken})`);
  if (app.trouble === "unknown_device") return h("p", { class: "send trouble", role: "status" }, h("a", { href: "start/" }, t("unknown_device")));
  if (app.trouble) return h("p", { class: "send trouble", role: "status" }, `${t(app.trouble === "storage" ? "storage" : "server_trouble")} (${app.trouble})`);
  if (waiting) return h("p", { class: "send", role: "status" }, t("unsent", { count: number(waiting) }));
  if (!app.contact) return h("p", { class: "send none", role: "status" }, t("never_sent"));
  return h("p", { class: "send done", role: "status" }, t("all_sent"));
}
