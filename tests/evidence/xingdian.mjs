// Runs web/xingdian.js. Told on stdin { folder, url, token, documents, wx, calls: [[what, ...]] }; says on stdout what
// each call gave, { gave } or { threw }. `wx`: over an emulation of a mini-program's wx.request and wx.connectSocket.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const told = JSON.parse(readFileSync(0, "utf8"));
const { connect, Failed, ...others } = await import(pathToFileURL(`${told.folder}/xingdian.js`).href);

const wx = {
  // As the real one: the answer is JSON where it can be, names of headers as they come, a status is no failure.
  request({ url, method, header, data, timeout, success, fail }) {
    fetch(url, { method, headers: header, body: data, signal: AbortSignal.timeout(timeout) }).then(async (response) => {
      const text = await response.text();
      const capital = (name) => name[0].toUpperCase() + name.slice(1);
      const headers = Object.fromEntries([...response.headers].map(([name, value]) => [capital(name), value]));
      let body = text;
      try { body = JSON.parse(text); } catch { /* as it is */ }
      success({ statusCode: response.status, header: headers, data: body });
    }, (error) => fail({ errMsg: `request:fail ${error.message}` }));
  },
  connectSocket({ url, protocols }) {
    const socket = new WebSocket(url, protocols);
    return {
      onOpen: (heard) => socket.addEventListener("open", () => heard({})),
      onMessage: (heard) => socket.addEventListener("message", ({ data }) => heard({ data })),
      onClose: (heard) => socket.addEventListener("close", ({ code, reason }) => heard({ code, reason })),
      onError: (heard) => socket.addEventListener("error", () => heard({ errMsg: "fail" })),
      send: ({ data }) => socket.send(data),
      close: () => socket.close(),
    };
  },
};

let ends = 0;
const headers = [];
const api = connect({
  url: told.url, documents: told.documents, token: () => told.token, wx: told.wx ? wx : undefined,
  ended: () => { ends += 1; }, answered: (header) => headers.push(header("x-build")),
});

const doing = {
  async ask(name, variables, how = {}) {
    const failures = [];
    const data = await api.ask(name, variables, { ...how, retrying: (failed) => { failures.push(failed.code); } });
    return { data, failures };
  },
  // Until so many events have come; says whether it was connected, each time.
  subscribe: (name, count) => new Promise((done) => {
    const [heard, live] = [[], []];
    const stop = api.subscribe(name, {}, (data) => {
      heard.push(data);
      console.error("heard"); // the test waits for it
      if (heard.length < count) return;
      stop();
      done({ heard, live });
    }, (now) => live.push(now));
  }),
  // A token that opens nothing.
  ended: () => new Promise((done) => {
    const before = ends;
    const stop = api.subscribe("RedemptionChanged", {}, () => {});
    const timer = setInterval(() => {
      if (ends === before) return;
      clearInterval(timer);
      stop();
      done(ends - before);
    }, 20);
  }),
  about: () => ({ ends, builds: [...new Set(headers)], late: Math.abs(api.now() - Date.now()) }),
  call: (name, ...given) => others[name](...given),
};

const said = [];
for (const [what, ...given] of told.calls) {
  try {
    said.push({ gave: await doing[what](...given) ?? null });
  } catch (error) {
    said.push({ threw: error.name, code: error.code, message: error.message, waitSeconds: error.waitSeconds });
  }
}
console.log(JSON.stringify(said));
process.exit(0);
