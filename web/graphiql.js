// The page's working part: which operation is open, with which variables, as whom, and what came back.

import { showDocs } from "./graphiql-docs.js";
import { $, make } from "./graphiql-dom.js";
import { loadIde } from "./graphiql-ide.js";
import { isSubscription, subscribe } from "./graphiql-live.js";

const API = "/graphql";
const PATIENCE_MILLISECONDS = 30_000;
const SHOWN_MOST = 100_000; // characters of a subscription's events
const FIRST = "Viewer";
const IDE_FITS = "(min-width: 901px)"; // GraphiQL puts its panes side by side; on a phone the plain editor is better

// -- asking -----------------------------------------------------------------------------------------------------------

function bearer() {
  return $("token").value.trim().replace(/^bearer\s+/i, "");
}

/** POST one operation; the status, the text and, where it is JSON, the answer. */
async function ask(query, variables, operationName) {
  const headers = { "content-type": "application/json", accept: "application/json" };
  if (bearer()) headers.authorization = `Bearer ${bearer()}`;
  const response = await fetch(API, {
    method: "POST", headers, body: JSON.stringify({ query, variables, operationName }),
    signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
  });
  const text = await response.text();
  try {
    return { status: response.status, text, answer: JSON.parse(text) };
  } catch {
    return { status: response.status, text, answer: null };
  }
}

// -- as whom: the token stays in this browser tab, so that each tab can be somebody else ------------------------------

async function introduce() {
  const asked = bearer();
  sessionStorage.setItem("token", asked);
  let said = "匿名 Anonymous";
  let wrong = false;
  if (asked) {
    try {
      const { answer } = await ask("{ viewer { displayName roles } }", {});
      const viewer = answer?.data?.viewer;
      wrong = !viewer;
      said = viewer ? `${viewer.displayName} · ${viewer.roles.join(", ")}` : answer?.errors?.[0]?.message ?? "令牌无效 Not valid";
    } catch (error) {
      wrong = true;
      said = failure(error);
    }
  }
  if (asked !== bearer()) return;
  $("who").textContent = said;
  $("who").title = said;
  $("who").classList.toggle("wrong", wrong);
}

function failure(error) {
  return error.name === "TimeoutError" ? "超时 Timed out" : `连接失败 Cannot connect: ${error.message}`;
}

// -- the operations ---------------------------------------------------------------------------------------------------

const MARKS = { mutation: "change", subscription: "live" };

let groups = [];
let current = null;
const drafts = new Map(); // by name: what was typed, kept while other operations are looked at

/** The variables to begin with: every request gets a number of its own, and a day is today's in Zunyi. */
function beginning(operation) {
  const days = Object.keys(operation.types).filter((name) => operation.types[name] === "Date!");
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" }).format(new Date());
  const values = { ...operation.variables, ...Object.fromEntries(days.map((name) => [name, today])) };
  if (values.input && "requestNo" in values.input) values.input = { ...values.input, requestNo: number() };
  return JSON.stringify(values, null, 2);
}

function number() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function list() {
  const wanted = $("filter").value.trim().toLowerCase();
  $("list").replaceChildren();
  for (const group of groups) {
    const found = group.operations.filter(
      (one) => `${one.name} ${one.about} ${group.title} ${group.english}`.toLowerCase().includes(wanted),
    );
    if (!found.length) continue;
    $("list").append(make("h2", { textContent: `${group.title} ${group.english}` }));
    for (const one of found) {
      const name = make("b", { textContent: one.name, className: MARKS[one.kind] ?? "" });
      $("list").append(make("a", { href: `#${one.name}` }, name, make("span", { textContent: one.about })));
    }
  }
  mark();
}

function fillPicker() {
  for (const group of groups) {
    const options = group.operations.map((one) => make("option", { value: one.name, textContent: one.name }));
    $("picker").append(make("optgroup", { label: `${group.title} ${group.english}` }, ...options));
  }
}

function mark() {
  for (const link of $("list").querySelectorAll("a")) {
    if (link.hash === `#${current?.name}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function open(operation) {
  if (ide) ide.open(operation.name, operation.document, beginning(operation));
  else openPlain(operation);
  current = operation;
  $("about").textContent = operation.about;
  $("picker").value = operation.name;
  $("renumber").hidden = !("requestNo" in (operation.variables.input ?? {}));
  clear();
  mark();
  document.title = `${operation.name} · 红城星店 GraphQL`;
}

function openPlain(operation) {
  if (current) drafts.set(current.name, { text: $("document").value, variables: $("variables").value });
  fill(drafts.get(operation.name) ?? { text: operation.document, variables: beginning(operation) });
  $("types").replaceChildren(...Object.entries(operation.types).map(([name, type]) => make("span", {}, `${name}: `, typeLink(type))));
}

function fill({ text, variables }) {
  $("document").value = text;
  $("variables").value = variables;
}

function typeLink(type) {
  return make("button", { type: "button", className: "link", textContent: type, onclick: () => showDocs(ask, type.replace(/[[\]!]/g, "")) });
}

function route() {
  const all = groups.flatMap((group) => group.operations);
  const asked = all.find((one) => `#${one.name}` === location.hash);
  const chosen = asked ?? all.find((one) => one.name === FIRST) ?? all[0];
  if (chosen && chosen !== current) open(chosen);
}

// -- running ----------------------------------------------------------------------------------------------------------

function clear() {
  if (live) stop();
  $("status").textContent = "";
  $("answer").textContent = "";
  tell([]);
}

/** What went wrong, above the answer: errors of the request and refusals in the payloads. */
function tell(problems) {
  $("errors").replaceChildren(
    ...problems.map(({ message, code, at }) => make("li", {}, `${message} `, make("code", { textContent: [code, at].filter(Boolean).join(" · ") }))),
  );
  $("errors").hidden = !problems.length;
}

function problemsOf(answer) {
  const top = (answer?.errors ?? []).map((error) => ({
    message: error.message, code: error.extensions?.code, at: error.path?.join("."),
  }));
  const refusals = Object.values(answer?.data ?? {}).flatMap((payload) =>
    (Array.isArray(payload?.errors) ? payload.errors : []).map((error) => ({
      message: error.message, code: error.code, at: error.field?.join("."),
    })),
  );
  return [...top, ...refusals];
}

function variables() {
  const values = JSON.parse((ide?.variables ?? $("variables").value).trim() || "{}");
  if (values === null || typeof values !== "object" || Array.isArray(values)) throw new SyntaxError("{ … }");
  return values;
}

let live = null; // what is subscribed to in the plain editor

function stop() {
  live?.return();
  live = null;
  $("run").textContent = "运行 Run";
}

/** Show each event of a subscription above the ones before, until it is stopped or another operation is opened. */
async function follow(query, values) {
  const own = live = subscribe({ query, variables: values }, bearer());
  $("run").textContent = "停止 Stop";
  $("status").textContent = "… 等待变动 Waiting for changes";
  let count = 0;
  try {
    for await (const answer of own) {
      if (own !== live) return;
      count += 1;
      $("status").textContent = `${count} · ${new Date().toLocaleTimeString()}`;
      $("answer").textContent = [JSON.stringify(answer, null, 2), $("answer").textContent].join("\n").slice(0, SHOWN_MOST);
      tell(problemsOf(answer));
    }
    if (own === live) $("status").textContent = `已结束 Completed · ${count}`;
  } catch (error) {
    if (own === live) tell([{ message: error.message }]);
  }
  if (own === live) stop();
}

async function run() {
  if (live) return stop();
  if (ide || $("run").disabled) return;
  clear();
  let values;
  try {
    values = variables();
  } catch (error) {
    tell([{ message: "变量须为一个 JSON 对象。Variables must be one JSON object.", code: error.message }]);
    $("variables").focus();
    return;
  }
  if (isSubscription($("document").value)) return follow($("document").value, values);
  const operation = current;
  const began = performance.now();
  $("run").disabled = true;
  $("status").textContent = "… 运行中 Running";
  try {
    const { status, text, answer } = await ask($("document").value, values);
    if (operation !== current) return; // another one was opened meanwhile
    $("status").textContent = `HTTP ${status} · ${Math.round(performance.now() - began)} ms`;
    $("answer").textContent = answer ? JSON.stringify(answer, null, 2) : text;
    tell(problemsOf(answer));
  } catch (error) {
    if (operation !== current) return;
    $("status").textContent = "";
    tell([{ message: failure(error) }]);
  } finally {
    $("run").disabled = false;
  }
}

function renumber() {
  try {
    const values = variables();
    values.input = { ...values.input, requestNo: number() };
    const text = JSON.stringify(values, null, 2);
    if (ide) ide.variables = text;
    else $("variables").value = text;
    tell([]);
  } catch {
    tell([{ message: "变量须为一个 JSON 对象。Variables must be one JSON object." }]);
  }
}

function reset() {
  ide?.forget(current.name);
  if (ide) open(current);
  else fill({ text: current.document, variables: beginning(current) });
}

// -- GraphiQL, where it is installed -----------------------------------------------------------------------------------

let ide = null;

async function fetcher({ query, variables, operationName }) {
  if (isSubscription(query, operationName)) return subscribe({ query, variables, operationName }, bearer());
  try {
    const { status, text, answer } = await ask(query, variables ?? {}, operationName);
    return answer ?? { errors: [{ message: `HTTP ${status}: ${text}` }] };
  } catch (error) {
    return { errors: [{ message: failure(error) }] };
  }
}

/** Make room for GraphiQL, or else for the plain editor. */
async function chooseEditor() {
  if ("graphiql" in document.documentElement.dataset && matchMedia(IDE_FITS).matches) {
    try {
      ide = await loadIde($("ide"), fetcher);
      $("bar").after($("errors"));
    } catch (error) {
      console.warn(error);
    }
  }
  $("ide").hidden = !ide;
  $("plain").hidden = $("open-docs").hidden = Boolean(ide);
}

// -- wiring -----------------------------------------------------------------------------------------------------------

// Who is quick has typed one before this runs.
$("token").value ||= sessionStorage.getItem("token") ?? "";
$("token").addEventListener("change", introduce);
$("filter").addEventListener("input", list);
$("picker").addEventListener("change", () => { location.hash = $("picker").value; });
$("run").addEventListener("click", run);
$("renumber").addEventListener("click", renumber);
$("reset").addEventListener("click", reset);
$("open-docs").addEventListener("click", () => showDocs(ask));
addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  if (ide || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  run();
});

await chooseEditor();
try {
  groups = await (await fetch("/web/operations.json")).json();
  fillPicker();
  list();
  route();
} catch (error) {
  tell([{ message: failure(error) }]);
}
introduce();
