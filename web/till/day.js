// A shop's day, from 02:00 to 02:00: its totals and its redemptions, the newest first as the server gives them.

import { html, useState } from "../parts/html.js";
import { List } from "../parts/list.js";
import { usePages } from "../parts/pages.js";
import { api } from "../session.js";
import { day, time, yuan } from "../xingdian.js";
import { Revoke } from "./done.js";

const HOUR = 3600_000;
const PAGE = 20; // rows at once
const STATES = { REVOKED: "已撤销", REVERSED: "异议成立，已冲正" };

/** The business day of now, by the server's clock. */
const today = () => day(api.now() - 2 * HOUR);
const beside = (date, days) => day(Date.parse(`${date}T12:00:00+08:00`) + days * 24 * HOUR);

/** `changes` counts what has changed since: the day is then read again. */
export function Day({ shop, changes, onChange }) {
  const [chosen, setChosen] = useState(null); // null: the day of now, also when the night has passed
  const date = chosen ?? today();
  const setDate = (other) => setChosen(other === today() ? null : other);
  const [revoking, setRevoking] = useState(null);
  return html`<section class="card" aria-labelledby="day">
    <div class="row">
      <h2 id="day">${date === today() ? "今天" : date.slice(5).replace("-", "月") + "日"}</h2>
      <div class="row">
        <button class="quiet" onClick=${() => setDate(beside(date, -1))}>前一天</button>
        <button class="quiet" disabled=${date >= today()} onClick=${() => setDate(beside(date, 1))}>后一天</button>
      </div>
    </div>
    <${OneDay} key=${date} shopId=${shop.id} date=${date} changes=${changes} onRevoke=${setRevoking} />
    ${revoking && html`<${Revoke} redemption=${revoking} onClose=${() => setRevoking(null)}
      onRevoked=${() => { setRevoking(null); onChange(); }} />`}
  </section>`;
}

function OneDay({ shopId, date, changes, onRevoke }) {
  const { found, wrong, onMore, again } = usePages(async (page) => {
    const { shopDay } = await api.ask("ShopDay", { shopId, date, ...page });
    return { ...shopDay.redemptions, day: shopDay };
  }, changes, PAGE);
  return html`${wrong && html`<p class="wrong" role="alert">${wrong} <button class="quiet" onClick=${again}>再试</button></p>`}
    ${!found && !wrong && html`<p role="status">正在打开…</p>`}
    ${found && html`<${Totals} of=${found.day} />
      <${List} rows=${found.nodes} empty="还没有核销" onMore=${onMore}
        row=${(node) => html`<${Line} node=${node} onRevoke=${() => onRevoke(node)} />`} />`}`;
}

function Totals({ of: found }) {
  const one = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="totals">
    ${one("笔数", found.count)}${one("应收", `¥${yuan(found.payableFen)}`)}${one("让利", `¥${yuan(found.savedFen)}`)}
    ${found.revoked > 0 && one("撤销", found.revoked)}
    ${found.shop.ceilingLeftFen != null && one("本月额度还剩", `¥${yuan(found.shop.ceilingLeftFen)}`)}
  </dl>`;
}

function Line({ node, onRevoke }) {
  const state = STATES[node.state] ?? (node.dispute?.state === "OPEN" ? "顾客有异议，待处理" : "");
  return html`<div class=${STATES[node.state] ? "sale off" : "sale"}>
    <span class="left">${time(node.confirmedAt)}</span>
    <span class="what">${node.headName} · ${node.discount?.title}
      <span>${state || `原价 ¥${yuan(node.billFen)}`}${node.revokeReason ? `：${node.revokeReason}` : ""}</span></span>
    <span class="paid">¥${yuan(node.payableFen)}</span>
    ${node.availableActions.includes("REVOKE") && html`<button class="quiet" onClick=${onRevoke}
      aria-label=${`撤销 ${time(node.confirmedAt)} ${node.headName}`}>撤销</button>`}
  </div>`;
}
