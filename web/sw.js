// The service worker: /card and /wall open without a network too. It keeps these pages and all that they load, of one
// build, and nothing else, so nothing of a person: no answer of the API passes through it, and the till and the other
// screens are asked of the server as if it were not there.
//
// The server writes KEPT above: its build, the paths of the pages, and of the files that they load.

const NAME = `pages-${KEPT.build}`;
const PATIENCE = 3000; // milliseconds for the server to answer with a page, before the kept one is shown

/** Keep what is missing. Pages come last: one that is kept has all that it loads. Raises where a page is of another
 *  build. */
async function fill() {
  const cache = await caches.open(NAME);
  const keep = async (path, how, good) => {
    if (await cache.match(path)) return;
    const answer = await fetch(path, { credentials: "omit", ...how });
    if (!answer.ok || !good(answer)) throw new Error(`${path} is not of this build`);
    await cache.put(path, answer);
  };
  await Promise.all(KEPT.files.map((path) => keep(path, {}, () => true)));
  const ofThisBuild = (answer) => answer.headers.get("x-build") === KEPT.build;
  await Promise.all(KEPT.pages.map((path) => keep(path, { cache: "no-cache" }, ofThisBuild)));
}

const kept = (path) => caches.match(path, { cacheName: NAME, ignoreVary: true });

/** A page: from the server, so that a new build is seen, or else the kept one. */
async function page(event, path) {
  const asked = fetch(event.request);
  const answered = asked.then((answer) => {
    if (answer.status >= 500) throw new Error(`${path} answered ${answer.status}`);
    return answer;
  });
  event.waitUntil(answered.then(fill).catch(() => {})); // what a sign-out has deleted
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  return Promise.race([answered, late]).catch(async () => (await kept(path)) ?? asked);
}

const file = async (request, path) => (await kept(path)) ?? fetch(request);

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const others = (names) => names.filter((name) => name.startsWith("pages-") && name !== NAME);
  const remove = async () => Promise.all(others(await caches.keys()).map((name) => caches.delete(name)));
  event.waitUntil(remove().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return;
  if (mode === "navigate") {
    if (KEPT.pages.includes(pathname)) event.respondWith(page(event, pathname));
  } else if (KEPT.files.includes(pathname)) {
    event.respondWith(file(event.request, pathname));
  }
});
