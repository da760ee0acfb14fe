// Pure: what a door is with this phone's unsent visits, and which door comes next.
// The server's `fold` decides in the end; this is the same rule, applied to one phone's view.
export const OPEN = new Set(["to_visit", "absent"]);
const ABSENCES = 3;
const AFTER = {
  installed: "installed",
  helped: "installed",
  no_smartphone: "no_smartphone",
  refused: "refused",
  phone_too_old: "phone_too_old",
};

// The local day and its part: morning, afternoon, evening. Absences of one part count once.
export function partOf(seconds) {
  const hour = Math.floor((((seconds + 7 * 3600) % 86400) / 3600));
  return `${dayOf(seconds)} ${hour >= 18 ? 2 : hour >= 12 ? 1 : 0}`;
}

function after(door, visit, offset) {
  const at = visit.time ?? visit.at + offset;
  const next = { ...door, last_at: at, last_outcome: visit.outcome };
  if (visit.outcome !== "absent") return { ...next, state: AFTER[visit.outcome], absences: 0 };
  const before = door.last_absent_at;
  if (before != null && partOf(at) === partOf(before)) return next;
  next.last_absent_at = at;
  if (!OPEN.has(door.state) && door.state !== "not_reachable") return next;
  next.absences = door.absences + 1;
  next.state = next.absences >= ABSENCES ? "not_reachable" : "absent";
  return next;
}

function without(door, target) {
  if (!target || door.last_outcome !== target.outcome) return door;
  const absences = target.outcome === "absent" ? Math.max(0, door.absences - 1) : door.absences;
  const state = absences ? "absent" : "to_visit";
  return { ...door, state, absences, last_absent_at: null, last_outcome: "" };
}

// Doors as this phone knows them: the server's rows, then its own visits not yet taken there.
export function standing(doors, visits, offset = 0) {
  const known = new Map(doors.map((door) => [door.id, door]));
  const byCounter = new Map(visits.map((visit) => [visit.counter, visit]));
  const waiting = visits.filter((visit) => visit.step !== "sent" && visit.step !== "refused");
  for (const visit of waiting.sort((a, b) => a.counter - b.counter)) {
    const door = known.get(visit.household);
    if (!door) continue;
    const target = visit.kind === "void" ? byCounter.get(visit.target.counter) : null;
    known.set(door.id, visit.kind === "void" ? without(door, target) : after(door, visit, offset));
  }
  return known;
}

// Walking order: alleys as people count them ("Ngõ 2" before "Ngõ 10"), then the place along each.
const words = new Intl.Collator("vi", { numeric: true, sensitivity: "base" });
export const byPlace = (a, b) =>
  words.compare(a.alley, b.alley) || a.position - b.position || a.id - b.id;

// The next best door: the nearest open one in this alley, onward before back; then the next alley.
// Doors found empty in this part of the day wait until nothing else is left: by the afternoon
// somebody may be home who was not in the morning.
export function nextDoor(doors, here, now, skipped = new Set()) {
  const open = [...doors].filter((door) => OPEN.has(door.state) && door.id !== here?.id);
  const fresh = (door) => !skipped.has(door.id) && !(door.last_absent_at && partOf(door.last_absent_at) === partOf(now));
  const choice = open.filter(fresh);
  const from = (choice.length ? choice : open).sort(byPlace);
  if (!here || !from.length) return from[0] ?? null;
  const inAlley = from.filter((door) => door.alley === here.alley);
  if (inAlley.length) return inAlley.reduce((best, door) => (nearer(door, best, here) ? door : best));
  return from.find((door) => words.compare(door.alley, here.alley) > 0) ?? from[0];
}

function nearer(door, best, here) {
  const way = Math.abs(door.position - here.position);
  const bestWay = Math.abs(best.position - here.position);
  return way < bestWay || (way === bestWay && door.position > best.position);
}

// The time of an unsent visit, made once and then kept: the phone's clock put right by the
// server's, never before the contact before the visit, never after the contact now.
export function timeOf(visit, offset, serverNow, newest) {
  const inside = Math.min(Math.max(visit.at + offset, visit.seen + 1), serverNow);
  return Math.max(inside, Math.min(newest, serverNow));
}

export function dayOf(seconds) {
  return new Date((seconds + 7 * 3600) * 1000).toISOString().slice(0, 10);
}
