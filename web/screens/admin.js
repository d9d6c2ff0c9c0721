// The administrators' and auditors' screen: what waits, the shops, disputes, signals, statements, the reward rule, who
// works for the district, and the audit log. An administrator acts; an auditor reads. Who is neither finds the shops of one's own here.

import { useOne } from "../admin/lists.js";
import { askTodo, isQueue, Queue, Waiting } from "../admin/todo.js";
import { whenAttended } from "../parts/attended.js";
import { Frame, mount } from "../parts/frame.js";
import { html, useEffect, useState } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";
import { usePlace } from "../parts/place.js";
import { Tabs } from "../parts/tabs.js";
import { Withheld } from "../parts/whole.js";
import { api } from "../session.js";

const TABS = {
  todo: "待办", shops: "店铺", grants: "专享", honours: "评选", disputes: "异议", signals: "提示", statements: "结算",
  areas: "区域", rules: "规则", boards: "封榜", roles: "身份", audit: "审计", notices: "通知",
};
const LISTS = {
  shops: lazily("Shops", () => import("../admin/shops.js")),
  grants: lazily("Grants", () => import("../admin/grants.js")),
  honours: lazily("Honours", () => import("../admin/honours.js")),
  disputes: lazily("Disputes", () => import("../admin/disputes.js")),
  signals: lazily("Signals", () => import("../admin/signals.js")),
  statements: lazily("Statements", () => import("../admin/statements.js")),
  areas: lazily("Areas", () => import("../admin/areas.js")),
  rules: lazily("Rules", () => import("../admin/rules.js")),
  boards: lazily("Boards", () => import("../admin/boards.js")),
  roles: lazily("Roles", () => import("../admin/roles.js")),
  audit: lazily("Audit", () => import("../admin/audit.js")),
  notices: lazily("OwnNotices", () => import("../admin/notices.js")),
};
const OPENED = {
  shop: lazily("Shop", () => import("../admin/shop.js")),
  discount: lazily("Offer", () => import("../admin/shop-offers.js")),
  gift: lazily("Gift", () => import("../admin/grants.js")),
  signal: lazily("Signal", () => import("../admin/signals.js")),
  statement: lazily("Statement", () => import("../admin/statements.js")),
  area: lazily("Area", () => import("../admin/areas.js")),
  rule: lazily("Rule", () => import("../admin/rule.js")),
  agreement: lazily("Agreement", () => import("../admin/agreements.js")),
  board: lazily("Board", () => import("../admin/boards.js")),
};
const Owned = lazily("Owned", () => import("../admin/owner.js"));
const TAB_OF = {
  shop: "shops", discount: "shops", agreement: "shops", gift: "grants", signal: "signals", statement: "statements",
  area: "areas", rule: "rules", board: "boards", queue: "todo",
};
const OWN_TABS = { shops: "店铺", notices: "通知" };
const BADGES = {
  honours: ["nominationsToDecide", "seasonObjectionsToAnswer"], disputes: ["disputesToDecide"], signals: ["signalsToJudge"],
  statements: ["statementsToAcknowledge"],
};

const badges = (todo, acts) => ({
  ...Object.fromEntries(Object.entries(acts ? BADGES : {})
    .map(([tab, names]) => [tab, [names.reduce((sum, name) => sum + (todo?.[name] ?? 0), 0), "件待办"]])),
  notices: [todo?.unread, "条未读"],
});

function Admin({ viewer }) {
  const acts = viewer.roles.includes("DISTRICT_ADMIN");
  const audits = viewer.roles.includes("AUDITOR");
  if (acts || audits) return html`<${Open} viewer=${viewer} acts=${acts} audits=${audits} />`;
  return html`<${Own} viewer=${viewer} />`;
}

/** Which of the tabs is open, and what beside it. */
function useTab(tabs) {
  const [name, id, part] = usePlace();
  const tab = TAB_OF[name] ?? name;
  const opens = name in OPENED ? name === "rule" || Boolean(id) : name === "queue" && isQueue(id);
  return tab in tabs ? { tab, kind: opens ? name : null, id, part } : { tab: Object.keys(tabs)[0], kind: null };
}

/** Counts what has changed: by what one does here, as one is told of it, and perhaps while the page was out of sight. */
function useChanges() {
  const [changes, setChanges] = useState(0);
  const changed = () => setChanges((count) => count + 1);
  useEffect(() => api.subscribe("NotificationAdded", {}, () => whenAttended(changed)), []);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && changed();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return [changes, changed];
}

function Open({ viewer, acts, audits }) {
  const { audit, ...others } = TABS;
  const tabs = audits ? TABS : others;
  const { tab, kind, id, part } = useTab(tabs);
  const [changes, changed] = useChanges();
  const todo = useOne(askTodo, changes);
  const given = { viewer, acts, changes, onChange: changed };
  return html`<${Frame} title="管理" viewer=${viewer}>
    <main class=${kind ? "home admin opened" : "home admin"}>
      <div class="own">
        <${Tabs} label="管理" tabs=${tabs} tab=${tab} counts=${badges(todo.found, acts)} />
        ${tab === "todo" ? html`<${Waiting} todo=${todo} acts=${acts} opened=${kind && id} />`
          : html`<${LISTS[tab]} key=${tab} ...${given} opened=${kind && id} />`}
      </div>
      ${kind === "queue" && html`<${Queue} key=${id} name=${id} ...${given} />`}
      <${Right} kind=${kind} id=${id} part=${part} ...${given} />
    </main>
  </${Frame}>`;
}

function Right({ kind, ...given }) {
  return kind in OPENED ? html`<${OPENED[kind]} key=${`${kind} ${given.id}`} ...${given} />` : null;
}

/** Whoever is neither: one's own shops, applying with one, and what one was told of them. */
function Own({ viewer }) {
  const { tab, kind, id, part } = useTab({ ...OWN_TABS, statements: "结算" });
  const [changes, changed] = useChanges();
  const todo = useOne(askTodo, changes);
  const given = { viewer, owns: true, changes, onChange: changed };
  return html`<${Frame} title="店铺" viewer=${viewer}>
    <main class=${kind ? "home admin opened" : "home admin"}>
      <div class="own">
        <${Withheld} />
        <${Tabs} label="管店" tabs=${OWN_TABS} tab=${tab === "statements" ? "shops" : tab} counts=${badges(todo.found)} />
        ${tab === "notices" ? html`<${LISTS.notices} ...${given} />` : html`<${Owned} opened=${id} ...${given} />`}
      </div>
      <${Right} kind=${kind} id=${id} part=${part} ...${given} />
    </main>
  </${Frame}>`;
}

mount(Admin, { as: true });
