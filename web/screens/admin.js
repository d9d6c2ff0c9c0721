// The administrators' and auditors' screen: what waits, the shops, disputes, signals, statements, the reward rule, and
// the audit log. An administrator acts; an auditor reads. Who is neither finds the shops of one's own here.

import { useOne } from "../admin/lists.js";
import { askTodo, isQueue, Queue, Waiting } from "../admin/todo.js";
import { Frame, mount } from "../parts/frame.js";
import { html, useEffect, useState } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";

const TABS = { todo: "待办", shops: "店铺", disputes: "异议", signals: "提示", statements: "结算", rules: "规则", audit: "审计" };
const LISTS = {
  shops: lazily("Shops", () => import("../admin/shops.js")),
  disputes: lazily("Disputes", () => import("../admin/disputes.js")),
  signals: lazily("Signals", () => import("../admin/signals.js")),
  statements: lazily("Statements", () => import("../admin/statements.js")),
  rules: lazily("Rules", () => import("../admin/rules.js")),
  audit: lazily("Audit", () => import("../admin/audit.js")),
};
const OPENED = {
  shop: lazily("Shop", () => import("../admin/shop.js")),
  discount: lazily("Offer", () => import("../admin/shop-offers.js")),
  signal: lazily("Signal", () => import("../admin/signals.js")),
  statement: lazily("Statement", () => import("../admin/statements.js")),
  rule: lazily("Rule", () => import("../admin/rule.js")),
};
const Owned = lazily("Owned", () => import("../admin/owner.js"));
const TAB_OF = { shop: "shops", discount: "shops", signal: "signals", statement: "statements", rule: "rules", queue: "todo" };
const BADGES = { disputes: "disputesToDecide", signals: "signalsToJudge", statements: "statementsToAcknowledge" };

function Admin({ viewer }) {
  const acts = viewer.roles.includes("DISTRICT_ADMIN");
  const audits = viewer.roles.includes("AUDITOR");
  if (acts || audits) return html`<${Open} viewer=${viewer} acts=${acts} audits=${audits} />`;
  return html`<${Own} viewer=${viewer} />`;
}

/** Where one is, by what stands behind the #. */
function usePlace(tabs) {
  const now = () => location.hash.slice(1).split("/").map(decodeURIComponent);
  const [[name, id, part], setPlace] = useState(now);
  useEffect(() => {
    const moved = () => setPlace(now());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  const tab = TAB_OF[name] ?? name;
  const opens = name in OPENED ? name === "rule" || Boolean(id) : name === "queue" && isQueue(id);
  return tab in tabs ? { tab, kind: opens ? name : null, id, part } : { tab: Object.keys(tabs)[0], kind: null };
}

/** Counts what has changed: by what one does here, and perhaps while the page was out of sight. */
function useChanges() {
  const [changes, setChanges] = useState(0);
  const changed = () => setChanges((count) => count + 1);
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
  const { tab, kind, id, part } = usePlace(tabs);
  const [changes, changed] = useChanges();
  const todo = useOne(askTodo, changes);
  const given = { acts, changes, onChange: changed };
  return html`<${Frame} title="管理" viewer=${viewer}>
    <main class=${kind ? "home admin opened" : "home admin"}>
      <div class="own">
        <${Tabs} tabs=${tabs} tab=${tab} todo=${acts ? todo.found : null} />
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

/** Whoever is neither: one's own shops, and applying with one. */
function Own({ viewer }) {
  const { kind, id, part } = usePlace({ shops: "店铺", statements: "结算" });
  const [changes, changed] = useChanges();
  const given = { owns: true, changes, onChange: changed };
  return html`<${Frame} title="店铺" viewer=${viewer}>
    <main class=${kind ? "home admin opened" : "home admin"}>
      <div class="own"><${Owned} opened=${id} ...${given} /></div>
      <${Right} kind=${kind} id=${id} part=${part} ...${given} />
    </main>
  </${Frame}>`;
}

function Tabs({ tabs, tab, todo }) {
  const count = (name) => todo?.[BADGES[name]] ?? 0;
  return html`<nav class="tabs" aria-label="管理">${Object.entries(tabs).map(([name, label]) => html`<a key=${name}
    href=${`#${name}`} aria-current=${name === tab ? "page" : undefined}>${label}
    ${count(name) > 0 && html`<span class="count">${count(name) > 99 ? "99+" : count(name)}
      <span class="unseen">件待办</span></span>`}</a>`)}</nav>`;
}

mount(Admin, { as: true });
