// What a phone keeps: IndexedDB with the team's doors, this phone's visits, and a few facts.
// A visit is written before anything else happens, so that a crash or a reload loses none; what
// is read and then changed is read and changed in one transaction, whatever other windows do.
const NAME = "bluezone-field";

let opened = null;

function open() {
  opened = opened || new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("facts");
      request.result.createObjectStore("households", { keyPath: "id" });
      request.result.createObjectStore("visits", { keyPath: "counter" });
    };
    request.onsuccess = () => {
      request.result.onclose = forget;
      request.result.onversionchange = () => { request.result.close(); forget(); };
      resolve(request.result);
    };
    request.onerror = () => { forget(); reject(request.error); };
  });
  return opened;
}

// The browser closed the database under us: the next use opens it anew.
function forget() { opened = null; }

// Runs `work(store, ...)` in one transaction; resolves once it is durable, with the result of the
// request that `work` gave, or with the object that its callbacks filled in.
async function within(names, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(names, mode, { durability: "strict" });
    const fail = () => reject(transaction.error ?? new DOMException("not kept", "DataError"));
    transaction.onerror = fail;
    transaction.onabort = fail;
    const given = work(...names.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(given instanceof IDBRequest ? given.result : given);
  });
}

const then = (request, next) => { request.onsuccess = () => next(request.result); };

export const fact = (name) => within(["facts"], "readonly", (facts) => facts.get(name));
export const setFact = (name, value) =>
  within(["facts"], "readwrite", (facts) => facts.put(value, name));
export const households = () => within(["households"], "readonly", (all) => all.getAll());
export const visits = () => within(["visits"], "readonly", (all) => all.getAll());

// Adds a visit under the next counter of this phone; counters never repeat, even after an undo.
// A phone that another window has wiped meanwhile takes none: resolves with null.
export function addVisit(row, device) {
  const kept = { row: null };
  return within(["facts", "visits"], "readwrite", (facts, all) => {
    then(facts.get("device"), (known) => known === device && then(facts.get("counter"), (last) => {
      kept.row = { ...row, counter: (last ?? 0) + 1 };
      facts.put(kept.row.counter, "counter");
      all.add(kept.row);
    }));
    return kept;
  }).then(({ row: added }) => added);
}

// Changes a visit (null: removes it) unless it was made ready to be sent; resolves with whether.
export function changeUnsent(counter, change) {
  const found = { done: false };
  return within(["visits"], "readwrite", (all) => {
    then(all.get(counter), (visit) => {
      if (!visit || visit.step !== "new") return;
      found.done = true;
      if (change) all.put({ ...visit, ...change });
      else all.delete(counter);
    });
    return found;
  }).then(({ done }) => done);
}

// Removes visits that nobody needs any more.
export const dropVisits = (counters) =>
  within(["visits"], "readwrite", (all) => { counters.forEach((counter) => all.delete(counter)); });

// Makes new visits ready: `timed(visit, newest)` gives each its time, in the order of counters.
export const makeReady = (timed, due) =>
  within(["facts", "visits"], "readwrite", (facts, all) => {
    then(facts.get("newest"), (last) => then(all.getAll(), (rows) => {
      let newest = last ?? 0;
      for (const visit of rows.filter((row) => row.step === "new" && due(row))) {
        newest = timed(visit, newest);
        all.put({ ...visit, time: newest, step: "ready" });
      }
      facts.put(newest, "newest");
    }));
  });

// Notes what became of visits at the server: `steps` has what changes, by counter.
export const note = (steps) =>
  within(["visits"], "readwrite", (all) => {
    for (const [counter, change] of steps) {
      then(all.get(counter), (visit) => visit && all.put({ ...visit, ...change }));
    }
  });

// Stores an answer of the server: its doors and the cursor stand or fall together.
export const applyAnswer = (doors, facts) =>
  within(["facts", "households"], "readwrite", (kept, all) => {
    for (const door of doors) {
      if (door.removed) all.delete(door.id);
      else all.put(door);
    }
    for (const [name, value] of Object.entries(facts)) kept.put(value, name);
  });

// Forgets every door (the labels are what little personal data there is); visits stay.
export const dropHouseholds = () =>
  within(["facts", "households"], "readwrite", (facts, all) => {
    all.clear();
    facts.put(0, "cursor");
  });

// Forgets everything but the language and `farewell`, what the person must still read.
export async function wipe(farewell) {
  const language = await fact("language");
  await within(["facts", "households", "visits"], "readwrite", (facts, all, own) => {
    facts.clear();
    all.clear();
    own.clear();
    if (language) facts.put(language, "language");
    facts.put(farewell, "farewell");
  });
}

export const unsent = (rows) => rows.filter((row) => row.step === "new" || row.step === "ready");

// Makes this phone a device of a team. The counter goes on where the same device stopped. The
// same person in the same team under a new id takes the unsent visits along; anybody else starts
// with nothing, and with the health rules.
export async function enrolled(given) {
  const [device, user, team] = await Promise.all(["device", "user_id", "team_id"].map(fact));
  const same = device === given.device;
  const own = user === given.user_id && team === given.team_id;
  const waiting = own ? unsent(await visits()) : [];
  await within(["facts", "households", "visits"], "readwrite", (facts, all, log) => {
    all.clear();
    if (!same) {
      log.clear();
      carried(waiting, device, given.device).forEach((row) => log.add(row));
    }
    if (!same && !own) ["counter", "newest", "rules_day", "contact"].forEach((name) => facts.delete(name));
    facts.put(0, "cursor");
    facts.delete("farewell");
    for (const [name, value] of Object.entries(given)) facts.put(value, name);
  });
}

function carried(rows, from, to) {
  const moved = new Set(rows.map((row) => row.counter));
  const mine = ({ target }) => target && target.device === from && moved.has(target.counter);
  return rows.map((row) => (mine(row) ? { ...row, target: { ...row.target, device: to } } : row));
}
