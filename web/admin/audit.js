// The audit log: who did what to what, and when.

import { Field } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { api } from "../session.js";
import { day, time } from "../xingdian.js";
import { Filter, linkTo, Listed } from "./lists.js";

const SUBJECTS = [
  ["", "全部对象"], ["Shop", "店铺"], ["ShopChange", "店铺资料变更"], ["Discount", "优惠"], ["Redemption", "核销"], ["Dispute", "异议"],
  ["Statement", "结算单"], ["Signal", "异常提示"], ["RewardRule", "积分规则"], ["BoardClosing", "封榜"], ["Wish", "心愿"], ["Household", "住户"],
  ["HouseholdHead", "联户长"], ["Membership", "身份"], ["Account", "账号"], ["Session", "登录"], ["Invitation", "邀请"],
  ["WebhookEndpoint", "推送地址"], ["Pass", "优惠码"], ["Preparation", "预核销"], ["Reward", "积分"], ["Consent", "同意"],
  ["SecondFactor", "两步验证"], ["OneUseCode", "登录码"], ["HouseholdJoin", "入户申请"], ["Area", "区域"],
];
const SUBJECT = Object.fromEntries(SUBJECTS);
const OPENS = { Shop: "shop", Discount: "discount", Signal: "signal", Statement: "statement", BoardClosing: "board" };
const DAY = 24 * 3600_000;
const BLANK = { action: "", subject: "", subjectId: "", who: null, from: "", until: "" };

/** What is looked for, as the query takes it. `until` is the last day that counts. */
function sought({ action, subject, subjectId, who, from, until }) {
  const start = (text, days) => (text ? `${day(Date.parse(`${text}T12:00:00+08:00`) + days * DAY)}T00:00:00+08:00` : null);
  return {
    action: action.trim() || null, subject: subject || null, subjectId: subjectId.trim() || null,
    accountId: who?.accountId ?? null, from: start(from, 0), until: start(until, 1),
  };
}

export function Audit() {
  const [typed, setTyped] = useState(BLANK);
  const [filter, setFilter] = useState(BLANK);
  const ask = async (page) => {
    const { edges, pageInfo } = (await api.ask("AuditEntries", { ...sought(filter), ...page })).auditEntries;
    return { pageInfo, edges: edges.map(({ cursor, node }) => ({ node: { ...node, id: cursor } })) };
  };
  const change = (given) => setTyped({ ...typed, ...given });
  const look = (given) => { setTyped({ ...typed, ...given }); setFilter({ ...typed, ...given }); };
  const row = (entry) => html`<${Entry} entry=${entry} onLook=${look} />`;
  return html`<form class="card seek" aria-label="查审计记录" onSubmit=${(event) => { event.preventDefault(); look({}); }}>
      <${Field} id="action" label="做了什么（可只填开头）" placeholder="例如 shop." maxlength="48" value=${typed.action}
        onValue=${(action) => change({ action })} />
      <${Filter} label="对象" choices=${SUBJECTS} value=${typed.subject} onValue=${(subject) => change({ subject })} />
      <${Field} id="subject-id" label="对象编号" value=${typed.subjectId} onValue=${(subjectId) => change({ subjectId })} />
      <div class="pair">
        <${Field} id="from" label="从" type="date" value=${typed.from} onValue=${(from) => change({ from })} />
        <${Field} id="until" label="到（含）" type="date" value=${typed.until} onValue=${(until) => change({ until })} /></div>
      ${typed.who && html`<p>只看 <b>${typed.who.name}</b> 做的
        <button type="button" class="quiet" onClick=${() => look({ who: null })}>不限</button></p>`}
      <div class="steps-row"><button class="primary">查询</button>
        <button type="button" onClick=${() => look(BLANK)}>清空</button></div>
    </form>
    <${Listed} key=${JSON.stringify(filter)} title="审计记录" ask=${ask} changes=${0} row=${row} empty="没有这样的记录。请放宽条件再查。">
      <h2 class="unseen">审计记录</h2></${Listed}>`;
}

function Entry({ entry, onLook }) {
  const subject = SUBJECT[entry.subject] ?? entry.subject;
  const about = entry.subject in OPENS ? html`<a class="quiet" href=${linkTo(OPENS[entry.subject], entry.subjectId)}>打开</a>` : "";
  return html`<article class="piece">
    <h3><code>${entry.action}</code> <span class="tag">${subject}</span></h3>
    <p><span class="dim">${day(entry.occurredAt)} ${time(entry.occurredAt)} · </span>${entry.who ?? "系统"}</p>
    ${entry.details.length > 0 && html`<dl class="particulars">${entry.details.map(({ name, value }) => html`<div key=${name}>
      <dt><code>${name}</code></dt><dd class="typed">${value}</dd></div>`)}</dl>`}
    <p class="links">${about}
      <button type="button" class="quiet" aria-label=${`只看这个对象：${subject}`}
        onClick=${() => onLook({ subject: entry.subject, subjectId: entry.subjectId })}>只看这个对象</button>
      ${entry.accountId && html`<button type="button" class="quiet" aria-label=${`只看这个人：${entry.who}`}
        onClick=${() => onLook({ who: { accountId: entry.accountId, name: entry.who } })}>只看这个人</button>`}</p>
  </article>`;
}
