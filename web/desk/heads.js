// Household heads: found, and one of them with what is in hand and what can be done.

import { Decide } from "../parts/decide.js";
import { useFocus } from "../parts/focus.js";
import { html, useEffect, useState } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { linkTo } from "../parts/place.js";
import { Search } from "../parts/search.js";
import { CATEGORY, moment } from "../parts/wishes.js";
import { findHeads } from "./find.js";
import { Opened } from "./opened.js";
import { standing, STATE } from "./words.js";

const ChangePhone = lazily("ChangePhone", () => import("./phone.js"));
const Leave = lazily("Leave", () => import("./leave.js"));
const ShowCode = lazily("ShowCode", () => import("./code.js"));

export function Heads({ areaId, changes, opened }) {
  const [search, setSearch] = useState(null);
  return html`<${Search} label="查联户长" hint="姓名的开头，或电话" onSearch=${setSearch} />
    <${Rows} key=${`${areaId} ${search}`} areaId=${areaId} search=${search} changes=${changes} opened=${opened} />`;
}

function Rows({ areaId, search, changes, opened }) {
  const pages = usePages((page) => findHeads({ areaId, search, ...page }), changes);
  const row = (head) => html`<a class="wish" id=${`row-${head.id}`} href=${linkTo("head", head.id)}
      aria-current=${head.id === opened ? "true" : undefined}>
    <b>${head.name}</b>${standing(head) && html`<span class="tag">${standing(head)}</span>`}
    <span class="dim">${head.grid.name} · ${head.starLevel} 星级</span></a>`;
  return html`<${Paged} title="联户长列表" pages=${pages} row=${row} empty=${search
    ? "没有找到。请核对，或写姓名的开头。" : "还没有联户长。请社区导入名册。"} />`;
}

export function OpenedHead({ id, changes, back, areaId, onBusy, onChange }) {
  return html`<${Opened} title="联户长" document="HeadDetail" id=${id} changes=${changes} back=${back}
    none="找不到这位联户长，可能不在您的辖区。" draw=${(head) => html`<${Head} key=${head.id} head=${head}
      areaId=${areaId} onBusy=${onBusy} onChange=${onChange} />`} />`;
}

const DIALOGS = { SHOW_CODE: "开现场登录码", CHANGE_PHONE: "换手机号", LEAVE: "办理离任" };

function Head({ head, areaId, onBusy, onChange }) {
  const place = useFocus();
  const [doing, setDoing] = useState(null);
  useEffect(() => onBusy(doing !== null), [doing]);
  useEffect(() => () => onBusy(false), []);
  const close = () => setDoing(null);
  const done = () => { close(); onChange(); };
  const input = { headId: head.id };
  const works = !head.leftAt;
  return html`<h2 tabindex="-1" ref=${place}>${head.name}</h2>
    ${!works && html`<p class="notice-line">${moment(head.leftAt)} 离任：${head.stateReason}</p>`}
    ${works && head.suspendedAt && html`<p class="notice-line">${moment(head.suspendedAt)} 暂停：${head.stateReason}</p>`}
    <dl class="facts"><dt>网格</dt><dd>${head.grid.name}</dd><dt>星级</dt><dd>${head.starLevel} 星</dd>
      <dt>积分榜</dt><dd>${head.onBoard ? "已参加" : "没有参加"}</dd></dl>
    <${Decide} steps=${stepsOf(head)} onBusy=${onBusy} onDone=${onChange}>
      ${Object.keys(DIALOGS).filter((step) => head.availableActions.includes(step)).map((step) => html`<button
        key=${step} class=${step === "SHOW_CODE" ? "first" : "quiet"} onClick=${() => setDoing(step)}>
        ${DIALOGS[step]}</button>`)}</${Decide}>
    <${InHand} of=${head} />
    <${Looked} of=${head} />
    ${doing === "SHOW_CODE" && html`<${ShowCode} name="HeadShowCode" input=${input} onClose=${close} />`}
    ${doing === "CHANGE_PHONE" && html`<${ChangePhone} name="HeadChangePhone" input=${input} whose="联户长"
      onClose=${close} onDone=${done} />`}
    ${doing === "LEAVE" && html`<${Leave} head=${head} areaId=${areaId} onClose=${close} onDone=${done} />`}`;
}

/** Suspend who works, resume who is suspended. */
function stepsOf({ id, name, availableActions: actions }) {
  const input = { headId: id };
  return [
    actions.includes("SUSPEND") && { button: "暂停", name: "HeadSuspend", input, title: `暂停 ${name}`, label: "原因",
      hint: "本人会看到，最多 200 个字", done: "已暂停", about: "暂停后不能接单、代为点单和使用优惠；手上的心愿还在，可以收回另派。" },
    actions.includes("RESUME") && { button: "恢复", name: "HeadResume", input, title: `恢复 ${name}`,
      label: "原因（可不填）", done: "已恢复", about: "恢复后可以接单、代为点单和使用优惠。" },
  ].filter(Boolean);
}

function InHand({ of: { wishes } }) {
  const rows = wishes.edges.map((edge) => edge.node);
  return html`<section class="history" aria-label="手上的心愿"><h3>手上的心愿</h3>
    ${rows.length === 0 && html`<p class="dim">没有</p>`}
    <ol>${rows.map((wish) => html`<li><span class="dim">${STATE[wish.state]}</span>
      <span><a href=${linkTo("wish", wish.id)}>${wish.title}</a> ${CATEGORY[wish.category]}${wish.deadlineAt
        ? ` · ${moment(wish.deadlineAt)} 到期` : ""}</span></li>`)}</ol>
    ${wishes.pageInfo.hasNextPage && html`<p class="dim">只列出最近的 ${rows.length} 个</p>`}</section>`;
}

function Looked({ of }) {
  const rows = of.households.edges.map((edge) => edge.node);
  return html`<section class="history" aria-label="所联住户"><h3>所联住户</h3>
    ${rows.length === 0 && html`<p class="dim">没有</p>`}
    <ol>${rows.map((one) => html`<li><a href=${linkTo("household", one.id)}>${one.contactName}</a>
      <span>${one.address}</span></li>`)}</ol>
    ${rows.length > 0 && html`<p><a class="quiet" href=${linkTo("households", of.id)}>列出全部，可选多户换联户长</a></p>`}
  </section>`;
}
