// The administrators' and auditors' screen: what waits, the shops, disputes, signals, statements, the reward rule, and
// the audit log. An administrator acts; an auditor reads.

import { Audit } from "../admin/audit.js";
import { Disputes } from "../admin/disputes.js";
import { useOne } from "../admin/lists.js";
import { Rule } from "../admin/rule.js";
import { Rules } from "../admin/rules.js";
import { Shop } from "../admin/shop.js";
import { Offer } from "../admin/shop-offers.js";
import { Shops } from "../admin/shops.js";
import { Signal, Signals } from "../admin/signals.js";
import { Statement, Statements } from "../admin/statements.js";
import { askTodo, isQueue, Queue, Waiting } from "../admin/todo.js";
import { Frame, mount } from "../parts/frame.js";
import { html, useEffect, useState } from "../parts/html.js";

const TABS = { todo: "待办", shops: "店铺", disputes: "异议", signals: "提示", statements: "结算", rules: "规则", audit: "审计" };
const LISTS = { shops: Shops, disputes: Disputes, signals: Signals, statements: Statements, rules: Rules, audit: Audit };
const OPENED = { shop: Shop, discount: Offer, signal: Signal, statement: Statement, rule: Rule };
const TAB_OF = { shop: "shops", discount: "shops", signal: "signals", statement: "statements", rule: "rules", queue: "todo" };
const BADGES = { disputes: "disputesToDecide", signals: "signalsToJudge", statements: "statementsToAcknowledge" };

function Admin({ viewer }) {
  const acts = viewer.roles.includes("DISTRICT_ADMIN");
  const audits = viewer.roles.includes("AUDITOR");
  if (acts || audits) return html`<${Open} viewer=${viewer} acts=${acts} audits=${audits} />`;
  return html`<${Frame} title="管理" viewer=${viewer} busy=${false}>
    <main class="narrow card"><h2>这里给区管理员和审计员用</h2><p>您没有这个身份：请<a href="/">回到入口</a>。</p></main>
  </${Frame}>`;
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
  return { tab: tab in tabs ? tab : "todo", kind: opens ? name : null, id, part };
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
  const [Left, Right] = [LISTS[tab], OPENED[kind]];
  return html`<${Frame} title="管理" viewer=${viewer}>
    <main class=${kind ? "home admin opened" : "home admin"}>
      <div class="own">
        <${Tabs} tabs=${tabs} tab=${tab} todo=${acts ? todo.found : null} />
        ${tab === "todo" ? html`<${Waiting} todo=${todo} acts=${acts} opened=${kind && id} />`
          : html`<${Left} key=${tab} ...${given} opened=${kind && id} />`}
      </div>
      ${kind === "queue" && html`<${Queue} key=${id} name=${id} ...${given} />`}
      ${Right && html`<${Right} key=${`${kind} ${id}`} id=${id} part=${part} ...${given} />`}
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
