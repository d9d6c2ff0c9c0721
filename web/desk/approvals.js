// What waits for a decision of those who work here: requests to belong to a household; for community staff, shops where
// many wrong codes were typed, and the shops of the community as they stand.

import { Decide } from "../parts/decide.js";
import { html } from "../parts/html.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { linkTo } from "../parts/place.js";
import { moment } from "../parts/wishes.js";
import { api } from "../session.js";

const SHOP = { APPLIED: "待区里审核", ACTIVE: "营业", SUSPENDED: "已暂停", REJECTED: "未通过", LEFT: "已退出" };
const CODES = ["CODE_GUESSES"];

export function Approvals({ areaId, changes, manages, onBusy, onChange }) {
  const given = { areaId, changes, onBusy, onChange };
  return html`<${Joins} key=${`joins ${areaId}`} ...${given} />
    ${manages && html`<${Signals} key=${`signals ${areaId}`} ...${given} />
      <${Shops} key=${`shops ${areaId}`} ...${given} />`}`;
}

function Joins({ areaId, changes, onBusy, onChange }) {
  const ask = async (page) => (await api.ask("HouseholdJoinsToConfirm", { areaId, ...page })).householdJoinsToConfirm;
  const pages = usePages(ask, changes);
  const row = (join) => html`<div class="stacked">
    <p><b>${join.name}</b> ${join.phone} 申请加入
      <a href=${linkTo("household", join.household.id)}>${join.household.contactName}</a> 一户
      <span class="dim">${join.household.address}</span></p>
    <p class="dim">${moment(join.createdAt)} 申请，${moment(join.expiresAt)} 前有效</p>
    ${join.vouchedAt && html`<p><span class="tag">联户长 ${join.vouchedByName} 作证</span></p>`}
    <${Decide} steps=${joinSteps(join)} onBusy=${onBusy} onDone=${onChange} /></div>`;
  return html`<${Paged} title="入户申请" pages=${pages} row=${row} empty="没有待确认的入户申请。">
    <h2>入户申请</h2></${Paged}>`;
}

function joinSteps({ id, name, household, availableActions: actions }) {
  const step = (confirm, words) => ({ name: "HouseholdJoinDecide", input: { joinId: id, confirm }, ...words });
  return [
    actions.includes("CONFIRM") && step(true, { first: true, button: "确认", title: "确认入户", done: "已确认",
      about: `${name} 成为 ${household.contactName} 一户（${household.address}）的居民，可以看到这户的心愿并评单。请先核对是这户的人。` }),
    actions.includes("REFUSE") && step(false, { button: "拒绝", title: "拒绝申请", done: "已拒绝",
      about: `${name} 不会成为 ${household.contactName} 一户的居民，可以再申请。` }),
  ].filter(Boolean);
}

function Signals({ areaId, changes, onBusy, onChange }) {
  const ask = async (page) => (await api.ask("Signals", { areaId, kinds: CODES, ...page })).signals;
  const pages = usePages(ask, changes);
  const row = (signal) => html`<div class="stacked"><p><b>${signal.shop?.name}</b> ${signal.explanation}</p>
    <p class="dim">${signal.day}</p>
    <${Decide} steps=${signalSteps(signal)} onBusy=${onBusy} onDone=${onChange} /></div>`;
  return html`<${Paged} title="输错码提示" pages=${pages} row=${row} empty="没有待研判的提示。">
    <h2>店里输错很多次码</h2></${Paged}>`;
}

function signalSteps({ id, explanation, availableActions: actions }) {
  if (!actions.includes("JUDGE")) return [];
  const step = (state, words) => ({ name: "SignalJudge", input: { signalId: id, state }, field: "judgement",
    label: "看到了什么", about: explanation, done: "已记录", ...words });
  return [
    step("HARMLESS", { button: "没有异常", title: "没有异常", reasons: ["收银员手误", "顾客念错了码"] }),
    step("FOLLOWED_UP", { button: "已跟进", title: "已跟进处理", reasons: ["已提醒店主", "已到店了解"] }),
  ];
}

function Shops({ areaId, changes }) {
  const pages = usePages(async (page) => (await api.ask("ShopsToManage", { areaId, ...page })).shopsToManage, changes);
  const row = (shop) => html`<div class="wish"><b>${shop.name}</b><span class="tag">${SHOP[shop.state]}</span>
    <span class="dim">${shop.address}${shop.stateReason ? ` · ${shop.stateReason}` : ""}</span>
    ${shop.applicant && html`<span class="dim">申请人 ${shop.applicant.name} ${shop.applicant.phone}</span>`}</div>`;
  return html`<${Paged} title="店铺" pages=${pages} row=${row} empty="还没有店铺。"><h2>辖区的店铺</h2></${Paged}>`;
}
