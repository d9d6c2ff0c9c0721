// Discounts that are for who holds a grant: how much of each is promised, to whom, and one more that is given.

import { Dialog } from "../parts/dialog.js";
import { UNANSWERED, useDraft } from "../parts/draft.js";
import { Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { Search } from "../parts/search.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";
import { linkTo, Listed, One, Panel, Particulars, Row, Title, useOne } from "./lists.js";
import { Steps } from "./steps.js";
import { date, DISCOUNT_STATE, GRANT_SOURCE, GRANT_STATE, moment } from "./words.js";

const DAY = 24 * 3600_000; // milliseconds
const LASTS = 90 * DAY; // what is proposed
const FIELDS = ["headId", "quantity", "validUntil", "note"];

const askGifts = async (page) => (await api.ask("DiscountsToGrant", page)).discountsToGrant;

export function Grants({ opened, changes }) {
  const row = (gift) => html`<${Row} to=${linkTo("gift", gift.id)} opened=${gift.id === opened} title=${gift.title}
    tag=${gift.state === "ACTIVE" ? "" : DISCOUNT_STATE[gift.state]}><span class="dim">${
      [gift.shop.name, `已许诺 ${gift.promised} 份未用`, `还能赠 ${gift.grantable} 份`].join(" · ")}</span></${Row}>`;
  return html`<${Listed} title="专享" ask=${askGifts} changes=${changes} row=${row}
    empty="还没有专享优惠。店主起草优惠时选“专享”，批准后在这里赠予联户长。"><h2 class="unseen">专享</h2></${Listed}>`;
}

/** One of them: what is promised, to whom. */
export function Gift({ id, acts, changes, onChange }) {
  const [giving, setGiving] = useState(false);
  const one = useOne(async () => {
    const { node } = await api.ask("DiscountGrants", { id, first: 1 });
    return node?.title ? node : null;
  }, changes);
  const ask = async (page) => (await api.ask("DiscountGrants", { id, ...page })).node.grants;
  const row = (grant) => html`<article class="piece">
    <h3>${grant.head.name} <span class="tag">${GRANT_STATE[grant.state]}</span></h3>
    <p>${GRANT_SOURCE[grant.source]}：<span class="typed">${grant.note}</span></p>
    <p class="dim">给 ${grant.quantity} 次，已用 ${grant.used} 次，到 ${date(grant.validUntil)} · 赠于 ${moment(grant.givenAt)}</p>
    <${Steps} actions=${grant.availableActions} from=${{ REVOKE: "GrantRevoke" }} id=${grant.id} what=${grant.head.name}
      onDone=${onChange} />
  </article>`;
  const draw = (gift) => html`<${Title}>${gift.title}</${Title}>
    <${Particulars} of=${[["已许诺未用", `${gift.promised} 份`], ["还能赠予", `${gift.grantable} 份`]]} />
    ${acts && gift.grantable > 0 && html`<button type="button" class="primary" onClick=${() => setGiving(true)}>赠予</button>`}
    ${giving && html`<${Give} gift=${gift} onClose=${() => setGiving(false)} onDone=${() => { setGiving(false); onChange(); }} />`}
    <${Listed} title="赠给了谁" ask=${ask} changes=${changes} row=${row} empty="还没有赠给谁。" />`;
  return html`<${Panel} label="这项专享" back=${["#grants", "全部专享"]}><${One} one=${one} draw=${draw} /></${Panel}>`;
}

/** The day in Beijing, as a date's input has it. */
const dayOf = (at) => new Date(at + 8 * 3600_000).toISOString().slice(0, 10);

const blank = () => ({ head: null, quantity: "1", validUntil: dayOf(api.now() + LASTS), note: "" });

/** What is wrong before it is sent, by field. */
function amiss(row) {
  const found = {};
  if (!row.head) found.headId = "请先选一位联户长";
  if (!/^([1-9]|10)$/.test(row.quantity.trim())) found.quantity = "请填写 1 到 10";
  if (!row.validUntil) found.validUntil = "请选最后一天";
  if (!row.note.trim()) found.note = "请填写此项";
  return found;
}

function Give({ gift, onClose, onDone }) {
  const { draft, wrong, unanswered, change, send } = useDraft({
    key: `admin:grant:${gift.id}`, blank, document: "GrantGive",
    input: ({ head, quantity, validUntil, note, requestNo }) => ({
      headId: head.id, discountId: gift.id, quantity: Number(quantity), validUntil, note, requestNo,
    }),
    field: ({ field }) => field?.findLast((part) => FIELDS.includes(part)),
    onDone: (made) => { toast(`已赠予${made.head.name}，会通知本人`); return onDone(); },
  });
  if (!draft) return null;
  const choose = (head) => change({ head, headId: undefined });
  const field = (name, label, more) => html`<${Field} id=${`grant-${name}`} label=${label} value=${draft[name]} error=${wrong[name]}
    onValue=${(value) => change({ [name]: value })} ...${more} />`;
  return html`<${Dialog} title=${`赠予：${gift.title}`} onClose=${onClose}>
    ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
    ${draft.head ? html`<p>赠给 <b>${draft.head.name}</b> <span class="dim">${draft.head.place}</span>
        ${!draft.sent && html` <button type="button" class="quiet" onClick=${() => choose(null)}>另选</button>`}</p>
        ${wrong.headId && html`<p role="alert" class="wrong">${wrong.headId}</p>`}`
      : html`<${ChooseHead} onChoose=${choose} />`}
    ${draft.head && html`<${Form} button=${draft.sent ? "再试一次" : "赠予"} onSend=${() => send(amiss(draft))}>
      <fieldset class="fields" disabled=${draft.sent}>
        <div class="pair">${field("quantity", "给几次", { inputmode: "numeric", hint: `1 到 10，还能赠予 ${gift.grantable} 份` })}
          ${field("validUntil", "最后一天（含）", { type: "date" })}</div>
        ${field("note", "因为什么致谢", { hint: "本人会看到，最多 100 个字", placeholder: "例如：大雪天给独居老人送药" })}
      </fieldset>
    </${Form}>`}
  </${Dialog}>`;
}

/** Why a head has no button: who gives is told no more of an active one than that it is one of the two. */
const whyNot = ({ leftAt, suspendedAt }) => (leftAt ? "已离任" : suspendedAt ? "已暂停" : "不能赠予");

/** A head to choose, by name or phone: only those to whom something can be given have a button. */
function ChooseHead({ onChoose }) {
  const [search, setSearch] = useState(null);
  const ask = async (page) => (await api.ask("Heads", { search, ...page })).heads;
  const placeOf = ({ grid }) => [grid.parent?.name, grid.name].filter(Boolean).join(" "); // names of grids recur
  const row = (head) => html`<div class="candidate">
    <span><b>${head.name}</b> <span class="dim">${placeOf(head)}</span></span>
    ${head.availableActions.includes("GRANT") ? html`<button type="button" aria-label=${`选 ${head.name}，${placeOf(head)}`}
      onClick=${() => onChoose({ id: head.id, name: head.name, place: placeOf(head) })}>选</button>`
      : html`<span class="tag">${whyNot(head)}</span>`}
  </div>`;
  return html`<p class="hint">每人每季度获赠一次。自己家的人，由另一位区管理员赠予。</p>
    <${Search} label="查联户长" hint="姓名或电话" onSearch=${setSearch} />
    <${Listed} key=${search} title="联户长列表" ask=${ask} changes=${0} row=${row} empty="没有找到。请核对姓名或电话。" />`;
}
