// A mini-program's `wx`, emulated with the limits that WeChat's documentation names, under
// https://developers.weixin.qq.com/miniprogram/dev/ :
// - framework/ability/network.html: https and wss alone, to domains of a list, with the port that stands there; at most 10
//   requests at once, and 5 sockets; an answer within 60 s; whatever the status, an answer is a success; 5 s after a
//   mini-program was left, what is under way fails with `fail interrupted`.
// - framework/runtime/operating-mechanism.html: 5 s after it was left its code stands still; timers and callbacks wait
//   until it is seen again.
// - api/device/network/wx.onNetworkStatusChange.html: told when the network is lost, and when it is back.
// - api/storage/wx.setStorageSync.html: 1 MB a key, 10 MB in all; only what JSON can say.
// What is no standard ECMAScript is not there: no fetch, URL, WebSocket, TextEncoder, crypto, performance.

const MAX_REQUESTS = 10;
const MAX_SOCKETS = 5;
const ANSWERS_WITHIN = 60_000;
const STANDS_STILL_AFTER = 5000;
const MAX_KEY_BYTES = 1024 * 1024;
const MAX_STORED_BYTES = 10 * MAX_KEY_BYTES;
const APP_ID = "wx0123456789abcdef";

/**
 * `domains`: where each address of the list leads, such as https://xingdian.example to a server of this machine. Beside
 * `wx`: `globals`, what code of a mini-program finds; `leave` and `comeBack`; `cut`, whether there is no network;
 * `stored`, and `busy`: how many requests run, at most.
 */
export function emulated({ domains, stored = {}, extra = {} }) {
  const state = { still: false, seen: true, cut: false, lost: [0, ""], late: [0, ""], running: 0, busy: 0 };
  const [waiting, held, requests, sockets, listeners] = [[], [], new Set(), new Set(), new Map()];
  const kept = []; // answers that are under way until they are let go

  /** A function of the mini-program's: it is called while its code runs, else afterwards. */
  const called = (given) => (...values) => (state.still ? held.push(() => given?.(...values)) : given?.(...values));
  const leads = (url, scheme) => {
    const [, origin, path] = /^([a-z]+:\/\/[^/]+)(.*)$/.exec(url) ?? [];
    const listed = scheme === "wss" ? origin?.replace(/^wss/, "https").replace(/:\d+$/, "") : origin;
    return origin?.startsWith(`${scheme}://`) && domains[listed] && domains[listed] + path;
  };

  function request(asked) {
    const fail = called(asked.fail);
    const url = leads(asked.url, "https");
    if (!url) return void setTimeout(fail, 0, { errno: 600002, errMsg: "request:fail url not in domain list" });
    waiting.push({ ...asked, url, fail, success: called(asked.success) });
    return next();
  }
  function next() {
    while (waiting.length && state.running < MAX_REQUESTS) {
      state.busy = Math.max(state.busy, state.running += 1);
      send(waiting.shift()).finally(() => {
        state.running -= 1;
        next();
      });
    }
  }
  async function send({ url, method = "GET", header = {}, data, timeout = ANSWERS_WITHIN, success, fail }) {
    const ending = new AbortController();
    requests.add(ending);
    const timer = setTimeout(() => ending.abort("timeout"), Math.min(timeout, ANSWERS_WITHIN));
    try {
      if (state.cut) throw new Error("net::ERR_INTERNET_DISCONNECTED");
      const referer = `https://servicewechat.com/${APP_ID}/0/page-frame.html`;
      const response = await fetch(url, { method, headers: { ...header, referer }, body: data, signal: ending.signal });
      const text = await response.text();
      if (state.lost[0] > 0 && String(data).includes(state.lost[1])) {
        state.lost[0] -= 1;
        throw new Error("net::ERR_CONNECTION_RESET");
      }
      if (state.late[0] > 0 && String(data).includes(state.late[1])) {
        state.late[0] -= 1;
        await new Promise((arrives) => kept.push(arrives));
      }
      const capital = (name) => name[0].toUpperCase() + name.slice(1);
      const headers = Object.fromEntries([...response.headers].map(([name, value]) => [capital(name), value]));
      let body = text;
      try { body = JSON.parse(text); } catch { /* as it is */ }
      success({ statusCode: response.status, header: headers, data: body, errMsg: "request:ok" });
    } catch (error) {
      fail({ errMsg: `request:fail ${ending.signal.aborted ? ending.signal.reason : error.message}` });
    } finally {
      clearTimeout(timer);
      requests.delete(ending);
    }
  }

  function connectSocket({ url, protocols, fail }) {
    const found = leads(url, "wss");
    const on = { open: () => {}, message: () => {}, close: () => {}, error: () => {} };
    const task = { send: () => {}, close: () => {} };
    for (const event of Object.keys(on)) {
      task[`on${event[0].toUpperCase()}${event.slice(1)}`] = (heard) => { on[event] = called(heard); };
    }
    const wrong = !found ? "url not in domain list" : sockets.size >= MAX_SOCKETS && "exceed max socket count";
    if (wrong || state.cut) {
      const errMsg = `connectSocket:fail ${wrong || "net::ERR_INTERNET_DISCONNECTED"}`;
      setTimeout(() => called(fail)({ errMsg }), 0);
      return task;
    }
    const socket = new WebSocket(found.replace(/^http/, "ws"), protocols);
    sockets.add(socket);
    socket.onopen = () => on.open({});
    socket.onmessage = ({ data }) => on.message({ data });
    socket.onerror = () => on.error({ errMsg: "fail" });
    socket.onclose = ({ code, reason }) => sockets.delete(socket) && on.close({ code, reason });
    socket.interrupted = () => {
      socket.close();
      if (sockets.delete(socket)) on.close({ code: 1006, reason: "interrupted" });
    };
    task.send = ({ data, fail: failed }) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
      else called(failed)({ errMsg: "sendSocketMessage:fail SocketTask.readyState is not OPEN" });
    };
    task.close = ({ code = 1000, reason } = {}) => socket.close(code, reason);
    return task;
  }

  const written = (value) => JSON.stringify({ value });
  const storage = {
    getStorageSync: (key) => (key in stored ? JSON.parse(stored[key]).value : ""),
    setStorageSync(key, value) {
      const others = Object.entries(stored).filter(([one]) => one !== key).map(([, one]) => one.length);
      const size = Buffer.byteLength(written(value));
      const total = others.reduce((sum, one) => sum + one, size);
      if (size > MAX_KEY_BYTES || total > MAX_STORED_BYTES) throw new Error("setStorageSync:fail exceed storage max size");
      stored[key] = written(value);
    },
    removeStorageSync: (key) => delete stored[key],
    getStorageInfoSync: () => ({ keys: Object.keys(stored) }),
  };

  const again = (given, wait) => {
    let due = false; // of an interval that stood still, one call is left
    return setInterval(() => {
      if (due) return;
      due = state.still;
      called(() => { due = false; given(); })();
    }, wait);
  };
  const globals = {
    wx: {
      request, connectSocket, ...storage, ...extra,
      onNetworkStatusChange: (heard) => listeners.set(heard, called(heard)),
      offNetworkStatusChange: (heard) => listeners.delete(heard),
    },
    console,
    setTimeout: (given, wait, ...values) => setTimeout(() => called(given)(...values), wait),
    setInterval: again,
    clearTimeout,
    clearInterval,
  };

  return {
    wx: globals.wx, globals, stored,
    get busy() { return state.busy; },
    get sockets() { return sockets.size; },
    get kept() { return kept.length; },
    set cut(value) {
      state.cut = value;
      if (value) for (const one of [...sockets]) one.interrupted();
      for (const told of listeners.values()) told({ isConnected: !value, networkType: value ? "none" : "wifi" });
    },
    /** Keep so many answers to what has these words in it under way, until they are let go. */
    keep(...late) { state.late = late; },
    letGo() { for (const arrives of kept.splice(0)) arrives(); },
    /** Lose so many answers that the server gives to what has these words in it. */
    lose(...lost) { state.lost = lost; },
    /** End the connections, as a network does. */
    reset() { for (const one of [...sockets]) one.interrupted(); },
    /** Leave the mini-program; what is given is done once its code stands still. */
    leave(done) {
      state.seen = false;
      setTimeout(() => {
        if (state.seen) return;
        state.still = true;
        for (const one of requests) one.abort("interrupted");
        for (const one of [...sockets]) one.interrupted();
        done();
      }, STANDS_STILL_AFTER);
    },
    comeBack() {
      Object.assign(state, { seen: true, still: false });
      for (const one of held.splice(0)) one();
    },
  };
}
