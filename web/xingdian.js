/// <reference path="./schema.d.ts" />
// One small module for pages and mini-programs: asks, retries what is safe, subscribes and reconnects, counts pass
// codes, formats fen and times. Over fetch and WebSocket, or over `wx` where it is handed in.

export { codesAt, isShortCode, keep } from "./pass-codes.js";

const PROTOCOL = "graphql-transport-ws";
const ID = /^[0-9a-f]{64}$/;
const PAUSES = [500, 1000, 2000, 4000, 8000, 16000]; // milliseconds
const [ANSWERS_WITHIN, PINGS_EVERY] = [12000, 20000]; // the server itself gives up after 10 s
export const ASKS_AGAIN = ["OVERLOADED", "UNAVAILABLE", "INTERNAL", "REQUEST_TIMEOUT", "NO_ANSWER"];
const ENDED = [4401, 4403]; // the token opens nothing any more

/** Why nothing was answered; `code` as in docs/api.md, or NO_ANSWER: it may have been done all the same. */
export class Failed extends Error {
  name = "Failed";
  constructor(/** @type {string} */ code, /** @type {string} */ message, waitSeconds = 0, requestId = "") {
    super(message);
    this.code = code;
    this.waitSeconds = waitSeconds;
    this.requestId = requestId;
  }
}

/**
 * @typedef {object} Options
 * @property {string} url of the API; in a mini-program with its host
 * @property {Record<string, string>} documents by name, each a trusted document's id, or its text
 * @property {() => string|null|Promise<string|null>} [token] who asks; null: nobody
 * @property {() => void} [ended] the token opens nothing any more
 * @property {(header: (name: string) => string|null) => void} [answered] what each answer's headers say
 * @property {any} [wx] in a mini-program
 */

/** @param {Options} options */
export function connect({ url, documents, token = () => null, ended = () => {}, answered = () => {}, wx }) {
  const post = wx ? postByWx(wx) : postByFetch;
  const open = wx ? openByWx(wx) : openByWebSocket;
  let offset = 0; // of the server's clock, in milliseconds
  function named(name, variables) {
    const known = documents[name];
    if (!known) throw new Failed("BAD_REQUEST", `no document ${name}`);
    return ID.test(known) ? { documentId: known, variables } : { query: known, variables };
  }

  async function once(name, variables, within) {
    const bearer = await token();
    const who = bearer ? { authorization: `Bearer ${bearer}` } : {};
    const headers = { "content-type": "application/json", accept: "application/json", ...who };
    const sent = post(url, headers, JSON.stringify(named(name, variables)), within);
    const { status, header, body } = await sent.catch(() => { throw new Failed("NO_ANSWER", "网络不通"); });
    const date = Date.parse(header("date") ?? "");
    if (date) offset = date + 1000 - Date.now(); // it is cut off, and up to two seconds old
    answered(header);
    const error = body?.errors?.[0];
    if (!error && body?.data) return body.data;
    const { code = body ? "BAD_REQUEST" : "NO_ANSWER", requestId } = error?.extensions ?? {};
    if (status === 401 && code === "UNAUTHENTICATED") ended(); // not of a proxy
    throw new Failed(code, error?.message ?? "网络不通", Number(header("retry-after")) || 0, requestId);
  }

  /**
   * The data of an operation. Raises Failed. It is sent again when no answer comes: what changes nothing, what has a
   * `requestNo`, which counts once however often it is sent, and what `again` says. `within`: milliseconds for an
   * answer. `retrying` is told before each pause, and gives up with false.
   * @template {string} Name
   * @param {Name} name of a document
   * @param {Graph.Variables<Name>} [variables]
   * @param {{again?: boolean, tries?: number, within?: number, retrying?: (failed: Failed) => boolean|void}} [how]
   * @returns {Promise<Graph.Data<Name>>}
   */
  async function ask(name, variables = /** @type {any} */ ({}), how = {}) {
    const { again, tries = 4, within = ANSWERS_WITHIN, retrying = () => {} } = how;
    const safe = again ?? (!variables.input || "requestNo" in variables.input);
    for (let turn = 1; ; turn += 1) {
      try {
        return await once(name, variables, within);
      } catch (/** @type {any} */ failed) {
        if (!safe || turn >= tries || !ASKS_AGAIN.includes(failed.code) || retrying(failed) === false) throw failed;
        await sleep(Math.max(pause(turn - 1), failed.waitSeconds * 1000));
      }
    }
  }

  /**
   * Subscribe, and again whenever the connection is lost, until the returned function is called.
   * @template {string} Name
   * @param {Name} name of a document
   * @param {Graph.Variables<Name>} variables
   * @param {(data: Graph.Data<Name>) => void} heard
   * @param {(live: boolean) => void} [changed] whether it is connected
   */
  function subscribe(name, variables, heard, changed = () => {}) {
    let [turn, stopped, socket, timer] = /** @type {[number, boolean, any, any]} */ ([0, false, null, null]);

    async function begin() {
      const bearer = await token();
      if (stopped) return;
      let [over, last] = [false, Date.now()];
      const check = () => (Date.now() - last > 2 * PINGS_EVERY ? lost() : say({ type: "ping" }));
      const pings = setInterval(check, PINGS_EVERY);
      const say = (message) => socket.send(JSON.stringify(message));
      const lost = (code) => {
        if (over) return;
        over = true;
        clearInterval(pings);
        socket.close();
        if (stopped) return;
        changed(false);
        if (ENDED.includes(code)) ended();
        else timer = setTimeout(begin, pause(turn++));
      };
      const came = (text) => {
        last = Date.now();
        const { type, payload } = JSON.parse(text);
        if (type === "connection_ack") say({ id: "1", type: "subscribe", payload: named(name, variables) });
        if (type === "ping") say({ type: "pong" });
        if (type === "error" || type === "complete") lost();
        if (type !== "next" || over || stopped || !payload.data) return; // a refusal: ever more seldom
        turn = 0;
        changed(true);
        heard(payload.data);
      };
      const hello = { type: "connection_init", payload: bearer ? { Authorization: `Bearer ${bearer}` } : {} };
      socket = open(url, () => say(hello), came, lost);
    }
    begin();
    return () => {
      stopped = true;
      clearTimeout(timer);
      socket?.close();
    };
  }

  return { ask, subscribe, now: () => Date.now() + offset };
}

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const pause = (turn) => PAUSES[Math.min(turn, PAUSES.length - 1)] * (1 + Math.random() / 2);

async function postByFetch(url, headers, body, within) {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), within);
  try {
    const response = await fetch(url, { method: "POST", headers, body, signal: ending.signal, credentials: "omit" });
    const answer = await response.json().catch(() => null); // of a proxy, or cut off
    return { status: response.status, header: (name) => response.headers.get(name), body: answer };
  } finally {
    clearTimeout(timer);
  }
}

const postByWx = (wx) => (url, headers, sent, timeout) => new Promise((resolve, reject) => {
  const success = ({ statusCode, header, data }) => {
    const found = Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]));
    const body = typeof data === "object" ? data : null; // of a proxy it is a text
    resolve({ status: statusCode, header: (name) => found[name] ?? null, body });
  };
  wx.request({ url, method: "POST", header: headers, data: sent, timeout, success, fail: reject });
});

function openByWebSocket(url, opened, came, closed) {
  const socket = new WebSocket(new URL(url, globalThis.location?.href).href.replace(/^http/, "ws"), PROTOCOL);
  socket.onopen = opened;
  socket.onmessage = ({ data }) => came(data);
  socket.onclose = ({ code }) => closed(code);
  return { send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text), close: () => socket.close() };
}

const openByWx = (wx) => (url, opened, came, closed) => {
  const task = wx.connectSocket({ url: url.replace(/^http/, "ws"), protocols: [PROTOCOL], fail: () => closed() });
  task.onOpen(opened);
  task.onMessage(({ data }) => came(data));
  task.onClose(({ code }) => closed(code));
  task.onError(() => closed());
  return { send: (data) => task.send({ data }), close: () => task.close({}) };
};

/** A number for one intention, to be sent again under the same. */
export function requestNo() {
  return [Date.now(), Math.random(), Math.random()].map((one) => one.toString(36).replace("0.", "")).join("-");
}

/** Fen as yuan: 8800 is 88.00. */
export const yuan = (/** @type {number} */ fen) => (fen / 100).toFixed(2);

/** Typed yuan as fen: 88.5 is 8850; null for what is no amount. */
export function fenOf(/** @type {string} */ text) {
  const found = /^(\d{1,7})(?:\.(\d{0,2}))?$/.exec(text.trim());
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : null;
}

// No Intl: not each phone's has Asia/Shanghai.
const inShanghai = (instant) => new Date(new Date(instant).getTime() + 8 * 3600_000).toISOString();

/** An instant as its day in Asia/Shanghai: 2026-05-15. */
export const day = (/** @type {string|number|Date} */ instant) => inShanghai(instant).slice(0, 10);
/** An instant as its time in Asia/Shanghai: 12:05. */
export const time = (/** @type {string|number|Date} */ instant) => inShanghai(instant).slice(11, 16);
