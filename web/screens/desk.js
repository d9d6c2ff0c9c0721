// The desk of grid workers and community staff: the wishes of their areas, what waits for a decision, households and
// heads, seasons of honours, agreements with partners, rosters.

import { Areas } from "../desk/areas.js";
import { Queue } from "../desk/queue.js";
import { NEEDED, UnderWay } from "../desk/under-way.js";
import { OpenedWish } from "../desk/wish.js";
import { badge, FILTERS } from "../desk/words.js";
import { whenAttended } from "../parts/attended.js";
import { useFocusBack } from "../parts/focus.js";
import { Frame, mount } from "../parts/frame.js";
import { html, useEffect, useRef, useState } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";
import { linkTo, usePlace } from "../parts/place.js";
import { useSubmitting } from "../parts/submitting.js";
import { toast } from "../parts/toast.js";
import { Withheld } from "../parts/whole.js";
import { api } from "../session.js";

// The wishes are what one comes for; the rest is loaded when it is opened.
const Approvals = lazily("Approvals", () => import("../desk/approvals.js"));
const Households = lazily("Households", () => import("../desk/households.js"));
const OpenedHousehold = lazily("OpenedHousehold", () => import("../desk/households.js"));
const Heads = lazily("Heads", () => import("../desk/heads.js"));
const OpenedHead = lazily("OpenedHead", () => import("../desk/heads.js"));
const Roster = lazily("Roster", () => import("../desk/roster.js"));
const Submit = lazily("Submit", () => import("../desk/submit.js"));
const AreasCompared = lazily("AreasCompared", () => import("../desk/compared.js"));
const Agreements = lazily("Agreements", () => import("../desk/agreements.js"));
const OpenedAgreement = lazily("OpenedAgreement", () => import("../desk/agreements.js"));
const OwnNotices = lazily("OwnNotices", () => import("../desk/notices.js"));
const Honours = lazily("Honours", () => import("../honours/honours.js"));
const TABS = {
  queue: "心愿", approvals: "待办", households: "住户", heads: "联户长", honours: "评选", agreements: "共建", areas: "对比", roster: "名册",
  notices: "通知",
};
const OF_STAFF = ["agreements", "areas", "roster"];
const READ_EVERY = 60_000; // milliseconds
const OPENED = { wish: "queue", household: "households", head: "heads", agreement: "agreements" }; // what is opened from which list

function Desk({ viewer }) {
  if (["GRID_WORKER", "COMMUNITY_STAFF"].some((role) => viewer.roles.includes(role))) {
    return html`<${Work} viewer=${viewer} />`;
  }
  return html`<${Frame} title="工作台" viewer=${viewer} busy=${false}>
    <main class="narrow card"><h2>这里给网格员和社区工作者用</h2><${Withheld} />
      <p>请社区为您开通，或<a href="/">回到入口</a>。</p></main>
  </${Frame}>`;
}

/** What waits for the viewer, counted; read again after each change. */
function useTodo(changes) {
  const [todo, setTodo] = useState({});
  useEffect(() => {
    let alive = true;
    const put = ({ viewer: { todo: waiting, unreadNotifications } }) => alive && setTodo({ ...waiting, unreadNotifications });
    api.ask("MyTodo").then(put, () => {}); // the lists say what is wrong
    return () => { alive = false; };
  }, [changes]);
  return {
    queue: todo.wishesToDispatch ?? 0, approvals: (todo.joinsToConfirm ?? 0) + (todo.signalsToJudge ?? 0),
    honours: (todo.nominationsToDecide ?? 0) + (todo.seasonObjectionsToAnswer ?? 0), notices: todo.unreadNotifications ?? 0,
  };
}

/** Counts what has changed: told by the server, or supposed, where nobody is told of it, such as of requests. */
function useChanges() {
  const [changes, setChanges] = useState(0);
  const changed = () => setChanges((count) => count + 1);
  const told = () => whenAttended(changed);
  useEffect(() => api.subscribe("WishChanged", {}, told), []);
  useEffect(() => api.subscribe("NotificationAdded", {}, told), []);
  useEffect(() => {
    const seen = () => document.visibilityState === "visible" && told();
    document.addEventListener("visibilitychange", seen);
    const timer = setInterval(seen, READ_EVERY);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      clearInterval(timer);
    };
  }, []);
  return { changes, changed };
}

function Work({ viewer }) {
  const [at, opened] = usePlace();
  const tab = OPENED[at] ?? (at in TABS ? at : "queue");
  const id = at in OPENED ? opened : null;
  const ofHead = useRef(null); // the head whose households alone are listed, also while one of them is opened
  if (at === "households") ofHead.current = opened ?? null;
  const manages = viewer.roles.includes("COMMUNITY_STAFF");
  const { changes, changed } = useChanges();
  const counts = useTodo(changes);
  const [areaId, setAreaId] = useState(null);
  const [filter, setFilter] = useState(FILTERS[0][0]);
  const [busy, setBusy] = useState(false);
  const [submitting, setSubmitting] = useState(false);
  const draft = useSubmitting({ key: "desk:draft", given: {}, needed: NEEDED }, () => {
    setSubmitting(false);
    toast("已代住户点单，可以派单了");
    changed();
  });
  const submit = ({ id: householdId, contactName, address }) => {
    if (draft.sending) return;
    if (draft.draft.householdId !== householdId && !draft.draft.sent) {
      draft.anew({ householdId, about: `${contactName} ${address}` });
    }
    setSubmitting(true);
  };
  useFocusBack(id);
  const given = { areaId, changes, manages, opened: id, onBusy: setBusy, onChange: changed };
  const back = tab === "households" && ofHead.current ? linkTo(tab, ofHead.current) : linkTo(tab);
  const one = { ...given, id, back };
  const tools = tab !== "areas" && tab !== "honours" && html`<${Areas} viewer=${viewer} areaId=${areaId} onArea=${setAreaId} />`;
  return html`<${Frame} title="工作台" viewer=${viewer} busy=${busy || submitting || draft.sending} tools=${tools}>
    <main class=${id ? "home desk opened" : "home desk"}>
      <div class="own">
        <${Tabs} tab=${tab} counts=${counts} manages=${manages} />
        <${UnderWay} draft=${draft} onOpen=${() => setSubmitting(true)} />
        ${tab === "queue" && html`<${Queue} ...${given} filter=${filter} onFilter=${setFilter}>
          <a class="act" href="#households">代住户点单</a></${Queue}>`}
        ${tab === "approvals" && html`<${Approvals} ...${given} />`}
        ${tab === "households" && html`<${Households} ...${given} headId=${ofHead.current} />`}
        ${tab === "heads" && html`<${Heads} ...${given} />`}
        ${tab === "honours" && html`<${Honours} manages=${manages} changes=${changes} onChange=${changed} />`}
        ${tab === "agreements" && manages && html`<${Agreements} viewer=${viewer} ...${given} />`}
        ${tab === "areas" && manages && html`<${AreasCompared} viewer=${viewer} />`}
        ${tab === "notices" && html`<${OwnNotices} viewer=${viewer} changes=${changes} onRead=${changed} />`}
        ${tab === "roster" && manages && html`<${Roster} onBusy=${setBusy} onChange=${changed} />`}
      </div>
      ${at === "wish" && id && html`<${OpenedWish} key=${id} ...${one} />`}
      ${at === "household" && id && html`<${OpenedHousehold} key=${id} ...${one} onSubmit=${submit} />`}
      ${at === "agreement" && id && manages && html`<${OpenedAgreement} key=${id} ...${one} />`}
      ${at === "head" && id && html`<${OpenedHead} key=${id} ...${one} />`}
    </main>
    ${submitting && html`<${Submit} draft=${draft} onClose=${() => setSubmitting(false)} />`}
  </${Frame}>`;
}

function Tabs({ tab, counts, manages }) {
  const tabs = Object.entries(TABS).filter(([name]) => manages || !OF_STAFF.includes(name));
  return html`<nav class="tabs" aria-label="工作台">${tabs.map(([name, label]) => html`<a key=${name}
    href=${`#${name}`} aria-current=${tab === name ? "page" : undefined}>${label}
    ${counts[name] > 0 && html`<span class="count">${badge(counts[name])}
      <span class="unseen">${name === "notices" ? "条未读" : "项待办"}</span></span>`}</a>`)}</nav>`;
}

mount(Desk, { as: true });
