// Keeps the shell of the field app, so that it opens with no network. It never touches the data:
// that is in IndexedDB, and the calls to the server pass through.
const VERSION = "field-{{ version }}";
const PAGE = "{{ page }}";
const FILES = {{ files|safe }};

addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(VERSION);
    await cache.addAll([PAGE, ...FILES].map((address) => new Request(address, { cache: "reload", credentials: "omit" })));
    await skipWaiting();
  };
  event.waitUntil(keep());
});

addEventListener("activate", (event) => {
  const forget = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("field-") && name !== VERSION).map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(forget());
});

addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname === PAGE || FILES.includes(address.pathname)) {
    event.respondWith(caches.match(address.pathname).then((kept) => kept ?? fetch(event.request)));
  } else if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => Response.redirect(PAGE)));
  }
});
