// Runs the sample mini-program as WeChat would, so far as it needs: pages drawn from WXML, taps, an emulated `wx`. Its code
// sees what `wx.mjs` gives it, and no more of Node than plain ECMAScript.
//
// Told on the command line { folder, server, stored, ahead }, then a line of JSON for each act [what, ...given]; answers each
// with a line { gave } or { threw }.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import vm from "node:vm";

import { emulated } from "./wx.mjs";

const { folder, server, stored, ahead } = JSON.parse(process.argv[2]);
const MAX_DATA_BYTES = 1024 * 1024; // of one setData
const manifest = JSON.parse(readFileSync(join(folder, "app.json"), "utf8"));
const tabs = manifest.tabBar.list.map((one) => one.pagePath);

let [app, page] = [null, null];
const told = { wechat: null, number: "" };

// -- what the code finds ------------------------------------------------------------------------------------------------

const go = ({ url }) => setTimeout(() => open(url.replace(/^\//, "")), 0);
const extra = {
  login: ({ success, fail }) => setTimeout(() => (told.wechat
    ? success({ code: `js-${told.wechat}-${Date.now().toString(36)}` })
    : fail?.({ errMsg: "login:fail" })), 0),
  reLaunch: go,
  switchTab(to) {
    if (!tabs.includes(to.url.replace(/^\//, ""))) throw new Error("switchTab:fail can not switch to no-tabBar page");
    go(to);
  },
  stopPullDownRefresh() {},
};
const mini = emulated({ domains: { "https://xingdian.example": server }, stored, extra });
const context = vm.createContext({
  ...mini.globals,
  App: (given) => { app = given; },
  Page: (given) => { defined = given; },
  getApp: () => app,
});
let defined;
vm.runInContext(`Date = class extends Date {
  constructor(...given) { super(...(given.length ? given : [Date.now()])); }
  static now() { return super.now() + ${ahead * 1000}; }
}`, context); // the phone's own clock, fast or slow

const modules = new Map();
async function module(path) {
  if (!modules.has(path)) {
    const made = new vm.SourceTextModule(readFileSync(path, "utf8"), { context, identifier: path });
    modules.set(path, made);
  }
  return modules.get(path);
}
async function run(path) {
  const made = await module(join(folder, path));
  if (made.status === "unlinked") await made.link((wanted, from) => module(join(dirname(from.identifier), wanted)));
  await made.evaluate();
}

// -- pages --------------------------------------------------------------------------------------------------------------

const pages = new Map(); // what Page was told, by path
async function open(path) {
  if (!manifest.pages.includes(path)) throw new Error(`no page ${path}`);
  page?.onHide?.();
  if (!pages.has(path)) {
    await run(`${path}.js`);
    pages.set(path, defined);
  }
  const given = pages.get(path);
  const made = { ...given, path, data: JSON.parse(JSON.stringify(given.data)) };
  made.tree = parsed(readFileSync(join(folder, `${path}.wxml`), "utf8"));
  made.setData = (values) => {
    const text = JSON.stringify(values);
    if (text.length > MAX_DATA_BYTES) throw new Error("setData:fail data exceeds 1024 kB");
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) throw new Error(`setData:fail ${name} is undefined`);
    }
    Object.assign(made.data, JSON.parse(text));
  };
  page = made;
  made.onLoad?.({});
  made.onShow?.();
}

// -- WXML ---------------------------------------------------------------------------------------------------------------

/** A tree of { name, attributes, children } and texts. */
function parsed(text) {
  const root = { name: "page", attributes: {}, children: [] };
  const trail = [root];
  for (const [, tag, words] of text.matchAll(/<([^>]*(?:"[^"]*"[^>]*)*)>|([^<]+)/g)) {
    if (words) trail.at(-1).children.push(words);
    else if (tag.startsWith("/")) {
      const ended = trail.pop();
      if (ended.name !== tag.slice(1)) throw new Error(`<${ended.name}> ends as <${tag}>`);
    } else {
      const attributes = Object.fromEntries([...tag.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
      const made = { name: /^[\w-]+/.exec(tag)[0], attributes, children: [] };
      trail.at(-1).children.push(made);
      if (!tag.endsWith("/")) trail.push(made);
    }
  }
  if (trail.length > 1) throw new Error(`<${trail.at(-1).name}> does not end`);
  return root;
}

const worth = (expression, scope) => new Function("scope", `with (scope) { return (${expression}); }`)(scope);

/** The value of what stands in WXML: text with {{ }}, or one {{ }} alone. What is not there is a mistake. */
function value(text, scope) {
  const shownAs = (expression) => {
    const found = worth(expression, scope);
    if (found === undefined) throw new Error(`${page.path}: {{${expression}}} is undefined`);
    return found;
  };
  const alone = /^\{\{([^}]*)\}\}$/.exec(text);
  return alone ? shownAs(alone[1]) : text.replace(/\{\{([^}]*)\}\}/g, (_, expression) => shownAs(expression));
}

/** What is shown: elements with their attributes and texts, each with its `parts`. */
function shown(node, scope) {
  if (typeof node === "string") return node.trim() ? [{ text: value(node.trim(), scope), parts: [] }] : [];
  const { "wx:for": list, "wx:for-item": item = "item", "wx:if": condition, "wx:key": _key, ...rest } = node.attributes;
  if (list !== undefined) {
    const each = { ...node, attributes: { ...node.attributes } };
    delete each.attributes["wx:for"];
    return [...(value(list, scope) ?? [])].flatMap((one, index) => shown(each, { ...scope, [item]: one, index }));
  }
  const unknown = Object.keys(rest).find((name) => name.startsWith("wx:"));
  if (unknown) throw new Error(`${page.path}: ${unknown} is not emulated`);
  if (condition !== undefined && !worth(condition.slice(2, -2), scope)) return [];
  const parts = node.children.flatMap((child) => shown(child, scope));
  if (node.name === "block") return parts;
  const attributes = Object.fromEntries(Object.entries(rest).map(([name, text]) => [name, value(text, scope)]));
  return [{ name: node.name, attributes, text: parts.map((one) => one.text).join(" "), parts }];
}
const all = (parts) => parts.flatMap((one) => [one, ...all(one.parts)]);
const elements = () => all(shown(page.tree, page.data)).filter((one) => one.name);
const find = (what, is) => {
  const found = elements().find(is);
  if (!found) throw new Error(`${page.path} has no ${what}: ${acts.seen().text}`);
  return found;
};
const event = ({ attributes }, detail = {}) => ({
  detail,
  currentTarget: {
    dataset: Object.fromEntries(Object.entries(attributes).filter(([name]) => name.startsWith("data-"))
      .map(([name, given]) => [name.slice(5), given])),
  },
});

// -- acts ---------------------------------------------------------------------------------------------------------------

const acts = {
  async launch(wechat = null, number = "") {
    Object.assign(told, { wechat, number });
    await run("app.js");
    await open(manifest.pages[0]);
    app.onLaunch();
  },
  open,
  seen: () => ({ path: page.path, text: shown(page.tree, page.data)[0].text }),
  tap(text) {
    const found = find(`button ${text}`, (one) => one.name === "button" && one.text.includes(text));
    if (found.attributes.disabled) throw new Error(`${text} can't be tapped`);
    if (found.attributes["open-type"] === "getPhoneNumber") {
      return void page[found.attributes.bindgetphonenumber](event(found, told.number ? { code: told.number } : {}));
    }
    return void page[found.attributes.bindtap](event(found));
  },
  type(label, text) {
    const found = find(`field ${label}`, (one) => one.attributes?.["aria-label"] === label);
    page[found.attributes.bindinput](event(found, { value: text }));
  },
  picture: () => find("picture", (one) => one.name === "image").attributes.src,
  stored: () => Object.fromEntries(Object.keys(stored).map((key) => [key, mini.wx.getStorageSync(key)])),
  cut(value) { mini.cut = value; },
  lose: (count, words) => mini.lose(count, words),
  lose_socket: () => mini.reset(),
  keep: (count, words) => mini.keep(count, words),
  let_go: () => mini.letGo(),
  leave: () => new Promise((done) => {
    page.onHide?.();
    mini.leave(done);
  }),
  comeBack() {
    mini.comeBack();
    page.onShow?.();
  },
  reach: () => page.onReachBottom(),
  counts: () => ({ busy: mini.busy, sockets: mini.sockets, kept: mini.kept }),
  /** What runs in the mini-program's own world, with `wx`, `app` and its modules. */
  async run(script) {
    const use = async (path) => {
      await run(path);
      return modules.get(join(folder, path)).namespace;
    };
    return vm.runInContext(`async (use) => { const app = getApp(); ${script} }`, context)(use);
  },
};

process.on("unhandledRejection", (error) => {
  console.error(error);
  process.exit(1);
});
for await (const line of createInterface({ input: process.stdin })) {
  const [what, ...given] = JSON.parse(line);
  try {
    console.log(JSON.stringify({ gave: (await acts[what](...given)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ threw: `${error.message}` }));
  }
}
process.exit(0);
