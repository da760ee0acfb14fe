// What a phone keeps: IndexedDB with the team's doors, this phone's visits, and a few facts.
// A visit is written before anything else happens, so that a crash or a reload loses none.
const NAME = "bluezone-field";

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("facts");
      request.result.createObjectStore("households", { keyPath: "id" });
      request.result.createObjectStore("visits", { keyPath: "counter" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

// Runs `work(store, ...)` in one transaction; resolves with its request's result once it is durable.
async function within(names, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(names, mode, { durability: "strict" });
    const request = work(...names.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const fact = (name) => within(["facts"], "readonly", (facts) => facts.get(name));
export const setFact = (name, value) =>
  within(["facts"], "readwrite", (facts) => facts.put(value, name));
export const households = () => within(["households"], "readonly", (all) => all.getAll());
export const visits = () => within(["visits"], "readonly", (all) => all.getAll());

export function putVisits(rows) {
  return within(["visits"], "readwrite", (all) => rows.map((row) => all.put(row)).at(-1));
}

// Adds a visit under the next counter of this phone; counters never repeat, even after an undo.
export async function addVisit(row) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(["facts", "visits"], "readwrite", { durability: "strict" });
    const facts = transaction.objectStore("facts");
    const read = facts.get("counter");
    let counter;
    read.onsuccess = () => {
      counter = (read.result ?? 0) + 1;
      facts.put(counter, "counter");
      transaction.objectStore("visits").add({ ...row, counter });
    };
    transaction.oncomplete = () => resolve({ ...row, counter });
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

// Removes a visit that was never sent.
export const dropVisit = (counter) =>
  within(["visits"], "readwrite", (all) => all.delete(counter));

// Stores an answer of the server: its doors and the cursor stand or fall together.
export function applyAnswer(doors, facts) {
  return within(["facts", "households"], "readwrite", (kept, all) => {
    for (const door of doors) {
      if (door.removed) all.delete(door.id);
      else all.put(door);
    }
    return Object.entries(facts).map(([name, value]) => kept.put(value, name)).at(-1);
  });
}

// Forgets every door (the labels are what little personal data there is); visits stay.
export const dropHouseholds = () =>
  within(["facts", "households"], "readwrite", (facts, all) => {
    all.clear();
    return facts.put(0, "cursor");
  });

// Forgets everything but the language and `farewell`, what the person must still read.
export async function wipe(farewell) {
  const language = await fact("language");
  await within(["facts", "households", "visits"], "readwrite", (facts, all, own) => {
    facts.clear();
    all.clear();
    own.clear();
    if (language) facts.put(language, "language");
    return facts.put(farewell, "farewell");
  });
}

// Makes this phone a device of a team. The counter goes on where the same device stopped.
export async function enrolled(given) {
  const same = (await fact("device")) === given.device;
  await within(["facts", "households", "visits"], "readwrite", (facts, all, own) => {
    if (!same) {
      all.clear();
      own.clear();
      facts.put(0, "counter");
    }
    facts.put(0, "cursor");
    facts.delete("farewell");
    return Object.entries(given).map(([name, value]) => facts.put(value, name)).at(-1);
  });
}
