// What waits: how much of each kind, and the queues of what is approved or returned.

import { html } from "../parts/html.js";
import { api } from "../session.js";
import { Particulars, linkTo, Listed, One, Panel, useOne } from "./lists.js";
import { Steps } from "./steps.js";
import { CATEGORY, moment } from "./words.js";

const MOST = 100; // no more are counted

const WORK = [
  ["shopsToApprove", "店铺申请", "#queue/shops"],
  ["shopChangesToApprove", "店铺资料变更", "#queue/changes"],
  ["discountsToApprove", "优惠", "#queue/discounts"],
  ["disputesToDecide", "异议", "#disputes"],
  ["signalsToJudge", "异常提示", "#signals"],
  ["nominationsToDecide", "评选提名", "#honours"],
  ["seasonObjectionsToAnswer", "评选异议", "#honours"],
  ["statementsToAcknowledge", "结算单", "#statements"],
];

export async function askTodo() {
  const { todo, unreadNotifications } = (await api.ask("MyTodo")).viewer;
  return { ...todo, unread: unreadNotifications };
}

/** All that waits; without numbers for who only reads. */
export function Waiting({ todo, acts, opened }) {
  return html`<section class="card" aria-label="待办">
    <h2>${acts ? "等您处理" : "等区管理员处理"}</h2>
    <${One} one=${todo} draw=${(found) => html`<ul class="list">${WORK.map(([name, label, to]) => html`<li key=${name}>
      <a class="wish" href=${to} aria-current=${to === `#queue/${opened}` ? "true" : undefined}><b>${label}</b>
        ${found[name] > 0 ? html`<span class="count">${found[name] >= MOST ? "99+" : found[name]}</span>`
          : html`<span class="dim none">${found[name] === 0 ? "没有" : "查看"}</span>`}</a></li>`)}</ul>`} />
  </section>`;
}

const QUEUES = { shops: Applications, changes: Changes, discounts: Offers };

export const isQueue = (name) => name in QUEUES;

export function Queue({ name, changes, onChange }) {
  return html`<${Panel} label="待审核" back=${["#todo", "待办"]}>
    <${QUEUES[name]} key=${name} changes=${changes} onChange=${onChange} /></${Panel}>`;
}

const askApplications = async (page) => (await api.ask("ShopsToManage", { ...page, states: ["APPLIED"] })).shopsToManage;

function Applications({ changes, onChange }) {
  const row = (shop) => html`<article class="piece">
    <h3><a href=${linkTo("shop", shop.id)}>${shop.name}</a> <span class="tag">${CATEGORY[shop.category]}</span></h3>
    <${Particulars} of=${[["地址", shop.address], ["社区", shop.area.name], ["营业时间", shop.openingHours],
      ["申请人", shop.applicant && `${shop.applicant.name} ${shop.applicant.phone ?? ""}`]]} />
    <${Steps} actions=${shop.availableActions} from=${{ APPROVE: "ShopApprove", REJECT: "ShopReject" }} id=${shop.id}
      what=${shop.name} onDone=${onChange} />
  </article>`;
  return html`<${Listed} title="店铺申请" ask=${askApplications} changes=${changes} row=${row} empty="没有待审核的店铺。">
    <h2>店铺申请</h2></${Listed}>`;
}

const askChanges = async (page) => (await api.ask("ShopChangesToApprove", page)).shopChangesToApprove;

/** What was asked for, beside what it takes the place of. */
export function Asked({ of: change, shop }) {
  const to = (old, fresh) => fresh && html`<del>${old}</del> <ins>${fresh}</ins>`;
  const at = (one) => one.latitude !== null && `${one.latitude}，${one.longitude}`;
  return html`<${Particulars} of=${[
    ["店名", to(shop.name, change.name)], ["地址", to(shop.address, change.address)], ["坐标", to(at(shop), at(change))],
    ["社区", to(shop.area?.name, change.area?.name)],
  ].filter(([, value]) => value)} />`;
}

export const CHANGE_STEPS = { APPROVE: "ShopChangeApprove", REJECT: "ShopChangeReject", WITHDRAW: "ShopChangeWithdraw" };

function Changes({ changes, onChange }) {
  const row = (change) => html`<article class="piece">
    <h3><a href=${linkTo("shop", change.shop.id)}>${change.shop.name}</a></h3>
    <p class="dim">${change.askedByName} 申请于 ${moment(change.askedAt)}</p>
    <${Asked} of=${change} shop=${change.shop} />
    <${Steps} actions=${change.availableActions} from=${CHANGE_STEPS} id=${change.id} what=${change.shop.name}
      onDone=${onChange} />
  </article>`;
  return html`<${Listed} title="资料变更" ask=${askChanges} changes=${changes} row=${row} empty="没有待审核的变更。">
    <h2>店铺资料变更</h2></${Listed}>`;
}

const askOffers = async (page) => (await api.ask("DiscountsToApprove", page)).discountsToApprove;

function Offers({ changes, onChange }) {
  const row = (offer) => html`<article class="piece">
    <h3><a href=${linkTo("discount", offer.id)}>${offer.title}</a>
      ${offer.version > 1 && html` <span class="tag">第 ${offer.version} 版</span>`}</h3>
    <p><a href=${linkTo("shop", offer.shop.id)}>${offer.shop.name}</a>
      <span class="dim"> · 提交于 ${moment(offer.submittedAt)}</span></p>
    <p>${offer.summary}</p>
    <${Steps} actions=${offer.availableActions} from=${{ APPROVE: "DiscountApprove", RETURN: "DiscountReturn" }}
      id=${offer.id} what=${`${offer.shop.name}：${offer.title}`} onDone=${onChange} />
  </article>`;
  return html`<${Listed} title="优惠" ask=${askOffers} changes=${changes} row=${row} empty="没有待审核的优惠。">
    <h2>优惠</h2></${Listed}>`;
}
