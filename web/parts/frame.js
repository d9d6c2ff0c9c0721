// What every screen has around it: its title, who is signed in, large type, whether the network is there, and the bar
// of a page that is older than the server.

import { api, isSignedIn, read, signOut, whenNewer, write } from "../session.js";
import { choose, chosen } from "./chosen.js";
import { html, render, useEffect, useState } from "./html.js";
import { useOpened } from "./opened.js";
import { toast, Toasts } from "./toast.js";

const LARGE = "large";
const RELOADED = "reloaded";
const VIEWER = "viewer"; // goes with the session

/** Put a screen into the page. `as`: with a viewer, or on to /sign-in where nobody is signed in; `keeps`: only in a browser
 *  that keeps something; `offline`: at once, with the viewer as last time. */
export async function mount(Screen, { as = false, keeps = as, offline = false } = {}) {
  const place = document.getElementById("screen");
  try {
    document.documentElement.toggleAttribute("data-large", chosen(LARGE) !== null);
    const known = keeps && await isSignedIn(); // fails where the browser keeps nothing
    if (as && !known) {
      location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
      return;
    }
    const viewer = as ? await viewerOf(offline) : null;
    place.replaceChildren();
    render(html`<${Screen} viewer=${viewer} /><${Toasts} />`, place);
  } catch (failed) {
    if (failed.code === "UNAUTHENTICATED") return; // on its way to /sign-in
    place.replaceChildren();
    render(html`<${Broken} failed=${failed} />`, place);
  }
}

async function viewerOf(offline) {
  const asked = api.ask("Viewer").then(async ({ viewer }) => {
    if (offline) await write(VIEWER, viewer);
    return viewer;
  });
  const known = offline && await read(VIEWER);
  if (!known) return asked;
  asked.catch(() => {}); // without a network it is as it was
  return known;
}

function Broken({ failed }) {
  return html`<main class="narrow card">
    <h1>暂时打不开</h1>
    <p role="alert">${failed.message}</p>
    <button class="primary" onClick=${() => location.reload()}>再试一次</button>
  </main>`;
}

const NO_NETWORK = "没有网络：已填的内容留在这里，网络恢复后再继续。";

/** The frame of a screen. `busy`: it must not be reloaded by itself; `tools`: what else stands in its head; `lost`: what
 *  is said without a network, nothing where the screen says it. */
export function Frame({ title, viewer, busy = true, tools, lost = NO_NETWORK, children }) {
  const [sessions, open] = useSessions();
  return html`
    <${Bars} busy=${busy} lost=${lost} />
    <header class="head">
      <a class="home" href="/" aria-label="红城星店，全部入口"><img src="/web/icon.svg" alt="" width="32" height="32" /></a>
      <h1>${title}</h1>
      <div class="tools">${tools}<${LargeType} />${viewer && html`<${Who} viewer=${viewer} onOpen=${open} />`}</div>
    </header>
    ${sessions}
    ${children}`;
}

/** The dialog of one's own sessions, where it is open, and how to open it: it is loaded when it is first wanted. */
function useSessions() {
  const [Sessions, setSessions] = useState(null);
  const open = () => import("./sessions.js").then(
    (found) => setSessions(() => found.Sessions),
    () => toast("网络不通，请稍后再试"),
  );
  return [Sessions && html`<${Sessions} onClose=${() => setSessions(null)} />`, open];
}

function Who({ viewer, onOpen }) {
  return html`<button class="quiet who" aria-label=${`我的登录：${viewer.displayName}`} onClick=${onOpen}>
      <span class="viewer">${viewer.displayName}</span><span class="me">我</span></button>
    <button class="quiet" onClick=${() => signOut()}>退出</button>`;
}

function LargeType() {
  const [large, setLarge] = useState(document.documentElement.hasAttribute("data-large"));
  const turn = () => {
    document.documentElement.toggleAttribute("data-large", !large);
    choose(LARGE, large ? null : "");
    setLarge(!large);
  };
  return html`<button class="quiet" aria-pressed=${large} onClick=${turn}>大字</button>`;
}

function Bars({ busy, lost }) {
  const [offline, setOffline] = useState(!navigator.onLine);
  const [newer, setNewer] = useState(null);
  const dialogs = useOpened();
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  useEffect(() => whenNewer(setNewer), []);
  useEffect(() => {
    // Once for each build: behind a balancer two of them may answer by turns.
    if (!newer || busy || dialogs || chosen(RELOADED, "sessionStorage") === newer) return;
    if (choose(RELOADED, newer, "sessionStorage")) location.reload();
  }, [newer, busy, dialogs]);
  return html`<div role="status">
    ${offline && lost && html`<p class="bar">${lost}</p>`}
    ${newer && html`<p class="bar">系统已更新，请刷新。<button onClick=${() => location.reload()}>刷新</button></p>`}
  </div>`;
}
