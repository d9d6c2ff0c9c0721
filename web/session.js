// Who is signed in here, and what this browser keeps: in IndexedDB, so that it is never sent by itself, as a cookie is.

import documents from "./documents.js";
import { choose, chosen } from "./parts/chosen.js";
import { connect } from "./xingdian.js";

const DATABASE = "xingdian";
const STORE = "kept";
const STAYS = ["device", "till:"]; // what outlives a sign-out: no secret, and money under way
const PLACE = "place";
const BUILD = document.documentElement.dataset.build;

// -- what is kept -----------------------------------------------------------------------------------------------------

/** @type {Promise<IDBDatabase>|undefined} */
let opened;
let over = false; // the session of this page

function opening() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  opened.catch(() => { opened = undefined; }); // another try may succeed
  return opened;
}

/** The browser keeps nothing: a private window, or a full disk. */
export class NotKept extends Error {
  name = "NotKept";
  message = "这个浏览器存不下数据，可能是无痕窗口，或磁盘已满。请换一个窗口，或清理后再试。";
}

/** A transaction. A browser closes what is open when its data are cleared, or the page was long out of sight: it is
 *  opened anew. Raises NotKept. */
async function begun(mode) {
  for (let tries = 2; tries > 0; tries -= 1) {
    try {
      return (await opening()).transaction(STORE, mode, { durability: "strict" });
    } catch {
      opened = undefined;
    }
  }
  throw new NotKept();
}

/** What `work` asks of the store, once it is on the disk. Raises NotKept. */
async function kept(mode, work) {
  const transaction = await begun(mode);
  return new Promise((resolve, reject) => {
    const request = work(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(new NotKept());
  });
}

export const read = (key) => kept("readonly", (store) => store.get(key));
/** Keep a value. Who has left keeps nothing more: an answer that comes too late is never written down. */
export const write = (key, value) =>
  (over ? new Promise(() => {}) : kept("readwrite", (store) => store.put(value, key)));
export const remove = (key) => kept("readwrite", (store) => store.delete(key));

/** All that is kept under keys that begin so. */
export const list = (prefix) =>
  kept("readonly", (store) => store.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));

/** Forget who was signed in: token, secrets of passes and all else of a person; and the caches, though they hold pages
 *  and scripts alone. */
async function wipe() {
  const keys = await kept("readonly", (store) => store.getAllKeys());
  const gone = keys.filter((key) => !STAYS.some((prefix) => key.startsWith(prefix)));
  await kept("readwrite", (store) => gone.forEach((key) => store.delete(key)));
  for (const name of (await globalThis.caches?.keys()) ?? []) await caches.delete(name);
}

// -- who is signed in -------------------------------------------------------------------------------------------------

let token; // undefined: not read yet
let left = false; // the token is forgotten, and the page is about to go: nothing more is asked, as nobody
const others = new BroadcastChannel(DATABASE);
others.onmessage = () => { // another window has signed in or out
  over = true;
  location.reload();
};

// A page that a browser keeps, to go back to, is not seen again before it is known that the same person is signed in.
addEventListener("pagehide", () => {
  document.body.style.visibility = "hidden"; // the place on the page stays
  if (location.pathname !== "/sign-in") choose(PLACE, location.pathname + location.hash, "sessionStorage");
});
addEventListener("pageshow", async ({ persisted }) => {
  if (!persisted) return;
  const now = token === undefined ? token : (await read("token").catch(() => null)) ?? null;
  if (over || now !== token) location.reload();
  else document.body.style.visibility = "";
});

async function tokenNow() {
  if (token === undefined) token = (await read("token")) ?? null;
  return token;
}

export const isSignedIn = async () => (await tokenNow()) !== null;

export const api = connect({
  url: "/graphql",
  documents,
  token: () => (left ? new Promise(() => {}) : tokenNow().catch(() => null)), // where nothing is kept, nobody is signed in
  ended: () => over || leave(`/sign-in?ended&next=${encodeURIComponent(location.pathname)}`),
  answered: (header) => { answeredAt = Date.now(); compare(header("x-build")); },
});

// A console's session ends after half an hour without a request, and what was being written with it. So whoever types or
// points is asked for now and then.
const STIRS_EVERY = 240_000; // milliseconds
let answeredAt = Date.now();

function stir() {
  if (!token || left || Date.now() - answeredAt < STIRS_EVERY) return;
  answeredAt = Date.now(); // once, also without a network
  api.ask("SignInWays").catch(() => {});
}

for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, stir);

/** The API as nobody in particular, whoever is signed in here. */
export const publicApi = connect({ url: "/graphql", documents, answered: (header) => compare(header("x-build")) });

/** Keep a new token in place of what there was. */
export async function enter(fresh) {
  await wipe();
  await write("token", fresh);
  token = fresh;
  others.postMessage("entered");
}

/** End the session, here and at the server where it can be reached, and go. */
export async function signOut(to = "/") {
  over = true; // what else is under way is answered that the session has ended
  const told = api.ask("SessionEnd", { input: {} }).catch(() => {});
  await forget(); // at once: on a slow network the page may be closed before there is an answer
  await told;
  go(to);
}

/** Forget who was signed in here, whose session the server has ended, and go. */
export async function leave(to) {
  await forget();
  go(to);
}

async function forget() {
  token = null;
  over = left = true;
  await wipe().catch(() => {}); // where nothing can be kept there is nothing to forget
  others.postMessage("left");
}

function go(to) {
  location.assign(to);
  if (new URL(to, location.href).pathname === location.pathname) location.reload(); // else only its fragment changes
}

/** Where one was on the screen at this path, before one was led to /sign-in. It stands in no address that a server sees. */
export function placeAt(path) {
  const place = chosen(PLACE, "sessionStorage");
  return place?.startsWith(`${path}#`) ? place : path;
}

/** This browser's own number, at random: no fingerprint. */
export async function device() {
  const known = await read("device");
  if (known) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const fresh = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  await write("device", fresh);
  return fresh;
}

// -- whether this page is older than the server -----------------------------------------------------------------------

const listeners = new Set();
let newer = null;

function compare(build) {
  if (!build || build === BUILD || newer === build) return;
  newer = build;
  listeners.forEach((listener) => listener(newer));
}

/** Be told, once, of the build of a server that is newer than this page; the returned function stops it. */
export function whenNewer(listener) {
  if (newer) listener(newer);
  listeners.add(listener);
  return () => listeners.delete(listener);
}
