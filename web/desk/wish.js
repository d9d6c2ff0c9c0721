// One wish as those who dispatch see it: what is wanted and by whom, to whom it can be dispatched, its history.

import { Decide } from "../parts/decide.js";
import { useFocus } from "../parts/focus.js";
import { html } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";
import { linkTo } from "../parts/place.js";
import { CATEGORY, DETAIL, moment, said } from "../parts/wishes.js";
import { Candidates } from "./candidates.js";
import { Opened } from "./opened.js";
import { STATE } from "./words.js";

const CallBack = lazily("CallBack", () => import("./rate.js"));
const SOURCE = { AUTOMATIC: "自动评单", CALL_BACK: "社区回访", HOUSEHOLD: "" };
const STEPS = {
  RECALL: (wish) => ({
    button: "收回", name: "WishRecall", title: "收回这个心愿", label: "原因（可不填）", done: "已收回，可以另派",
    about: `“${wish.title}”回到待派单，联户长会收到通知。`,
  }),
  REJECT: (wish) => ({
    button: "驳回", name: "WishReject", title: "驳回这个心愿", label: "原因", hint: "住户会看到，最多 200 个字", done: "已驳回",
    reasons: ["不属于微心愿", "已另行解决", "重复点单"], about: `“${wish.title}”不再办理，不能恢复。`,
  }),
  CANCEL: (wish) => ({
    button: "取消", name: "WishCancel", title: "取消这个心愿", label: "原因（可不填）", done: "已取消",
    about: `“${wish.title}”是您代为点的，取消后不能恢复。`,
  }),
};

export function OpenedWish({ id, changes, back, onBusy, onChange }) {
  return html`<${Opened} title="心愿" document="WishDetail" id=${id} changes=${changes} back=${back}
    none="找不到这个心愿，可能不在您的辖区。" draw=${(wish) => html`<${Wish} key=${wish.id} wish=${wish}
      changes=${changes} onBusy=${onBusy} onChange=${onChange} />`} />`;
}

function Wish({ wish, changes, onBusy, onChange }) {
  const place = useFocus();
  const actions = wish.availableActions;
  const steps = actions.filter((action) => action in STEPS)
    .map((action) => ({ ...STEPS[action](wish), input: { wishId: wish.id } }));
  return html`<h2 tabindex="-1" ref=${place}>${wish.title}</h2>
    <p><span class="tag">${CATEGORY[wish.category]}</span> <b>${STATE[wish.state]}</b>${wish.deadlineAt
      && html`<span class="dim"> · ${moment(wish.deadlineAt)} 到期</span>`}</p>
    ${wish.details && html`<p class="typed">${wish.details}</p>`}
    <${Facts} wish=${wish} />
    ${actions.includes("DISPATCH") && html`<${Candidates} wish=${wish} changes=${changes} onDone=${onChange} />`}
    ${actions.includes("RATE") && html`<${CallBack} wish=${wish} onBusy=${onBusy} onDone=${onChange} />`}
    <${Decide} steps=${steps} onBusy=${onBusy} onDone=${onChange} />
    <${Offers} offers=${wish.offers ?? []} />
    <${History} title="经过" rows=${wish.events.map((event) => [event.occurredAt, said(event), event.note])} />
    <${History} title="谁看过地址和电话" rows=${(wish.contactReveals?.edges ?? [])
      .map(({ node }) => [node.revealedAt, `${node.shownTo}看了${DETAIL[node.kind]}`])} />`;
}

function Facts({ wish }) {
  const { household, head } = wish;
  const rows = [
    ["住户", household && html`<a href=${linkTo("household", household.id)}>${household.contactName}</a>
      ${` ${household.address ?? ""}`}`],
    ["网格", wish.grid?.name],
    ["点单", `${wish.requesterName ?? "住户"}${wish.onBehalf ? "（代为点单）" : ""} ${moment(wish.submittedAt)}`],
    ["同意", wish.consentNote],
    ["承办", head && html`<a href=${linkTo("head", head.id)}>联户长 ${head.name}</a>`],
    ["办结", wish.completionNote || (wish.completedAt && moment(wish.completedAt))],
    ["帮忙", wish.helpers.join("、")],
    ["评价", wish.ratedAt && `${wish.stars ? `${wish.stars} 星 ` : ""}${SOURCE[wish.ratingSource]} ${wish.ratingComment}`],
  ];
  return html`<dl class="facts typed">${rows.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt>
    <dd>${value}</dd>`)}</dl>`;
}

const OFFER = { OPEN: "等答复", ACCEPTED: "已接单", DECLINED: "婉拒", WITHDRAWN: "已撤回", EXPIRED: "过期" };

function Offers({ offers }) {
  const rows = offers.map((offer) => [offer.offeredAt, `${offer.head?.name ?? "联户长"}：${OFFER[offer.state]}`]);
  return html`<${History} title="派给过谁" rows=${rows} />`;
}

function History({ title, rows }) {
  if (!rows.length) return null;
  return html`<section class="history" aria-label=${title}><h3>${title}</h3>
    <ol>${rows.map(([at, text, note]) => html`<li><span class="dim">${moment(at)}</span>
      <span>${text}${note && html`：<span class="typed">${note}</span>`}</span></li>`)}</ol></section>`;
}
