// Runs web/xingdian.js. Told on stdin { folder, url, token, documents, wx, calls: [[what, ...]] }; says on stdout what
// each call gave, { gave } or { threw }. `wx`: over an emulation of a mini-program's `wx`.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { emulated } from "./wx.mjs";

const told = JSON.parse(readFileSync(0, "utf8"));
const { connect, Failed, ...others } = await import(pathToFileURL(`${told.folder}/xingdian.js`).href);

const HOST = "https://xingdian.example"; // a mini-program asks by https alone, and no address of its own machine
const { origin, pathname } = told.url ? new URL(told.url) : {};
const mini = emulated({ domains: { [HOST]: origin } });

let ends = 0;
const headers = [];
const api = connect({
  url: told.wx ? HOST + pathname : told.url, documents: told.documents, token: () => told.token,
  wx: told.wx ? mini.wx : undefined,
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
  // How many are heard of two, the second of which comes after the end, as from a socket that is slow to close.
  late: async () => {
    const [told, heard] = [{}, []];
    const task = { onOpen() {}, onMessage(one) { told.message = one; }, onClose() {}, onError() {}, send() {}, close() {} };
    const own = connect({ url: HOST, documents: { Slow: "subscription { slow }" }, wx: { connectSocket: () => task } });
    const stop = own.subscribe("Slow", {}, (data) => heard.push(data));
    await new Promise((done) => setTimeout(done));
    const next = { data: JSON.stringify({ id: "1", type: "next", payload: { data: {} } }) };
    told.message(next);
    stop();
    told.message(next);
    return heard.length;
  },
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
