// One agreement as its two sides see it: what is agreed, who has signed, what was done under it, and the steps.

import { Decide } from "../parts/decide.js";
import { Dialog } from "../parts/dialog.js";
import { UNANSWERED, useDraft } from "../parts/draft.js";
import { useFocus } from "../parts/focus.js";
import { Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { moment } from "../parts/wishes.js";
import { holds, STATE } from "./words.js";

const REASONS = { DRAFT: ["内容要改", "暂不合作"], ACTIVE: ["另签新的协议", "人员变动", "不再合作"] };

/** `onBusy` is told whether a dialog is open, `onChange` that a step was taken. */
export function Agreement({ agreement, onBusy, onChange }) {
  const place = useFocus();
  const [editing, setEditing] = useState(false);
  const { facts, area, partner } = agreement;
  const done = () => { setEditing(false); onChange(); };
  return html`<h2 tabindex="-1" ref=${place}>${agreement.title}</h2>
    <p><span class="tag">${STATE[agreement.state]}</span> <b>${partner.name}</b> · ${area.name}</p>
    <p class="dim">${holds(agreement)}</p>
    ${agreement.text && html`<p class="typed agreed">${agreement.text}</p>`}
    ${agreement.revision && html`<ul class="signatures">
      <${Signature} side=${area.name} name=${agreement.areaSignedByName} at=${agreement.areaSignedAt} />
      <${Signature} side=${partner.name} name=${agreement.partnerSignedByName} at=${agreement.partnerSignedAt} /></ul>`}
    ${facts && html`<p>今年核销 <b>${facts.redemptions}</b> 次，帮忙办结心愿 <b>${facts.wishesHelped}</b> 条</p>`}
    ${agreement.endedReason && html`<p>终止原因：<span class="typed">${agreement.endedReason}</span></p>`}
    <${Decide} steps=${steps(agreement)} onBusy=${onBusy} onDone=${done}>
      ${agreement.availableActions.includes("EDIT") && html`<button class="quiet" onClick=${() => setEditing(true)}>
        修改内容</button>`}</${Decide}>
    ${editing && html`<${Edit} agreement=${agreement} onClose=${() => setEditing(false)} onDone=${done} />`}`;
}

function Signature({ side, name, at }) {
  return html`<li>${side}：${name ? html`<b>${name}</b> ${moment(at)} 签署` : html`<span class="dim">还没有签署</span>`}</li>`;
}

/** The revision that is on the screen goes with the signature: another one is refused. */
function steps({ id, revision, state, title, availableActions: actions }) {
  return [
    actions.includes("SIGN") && { first: true, button: "签署", name: "AgreementSign", input: { agreementId: id, revision },
      title: "签署协议", done: "已签署", about: `“${title}”：双方都签署后生效。签署后内容不能再改。` },
    actions.includes("END") && { button: state === "DRAFT" ? "不签了" : "终止", name: "AgreementEnd",
      input: { agreementId: id }, title: state === "DRAFT" ? "作罢" : "终止协议", label: "原因", reasons: REASONS[state],
      done: "已终止", about: "对方会看到原因，终止后不能恢复。" },
  ].filter(Boolean);
}

/** What is typed is kept until it is saved or the dialog is closed. */
function Edit({ agreement: { id, title, text, until, revision }, onClose, onDone }) {
  const { draft, wrong, unanswered, change, send, drop } = useDraft({
    key: `agreement:${id}:${revision}`, blank: () => ({ title, text, until }), document: "AgreementEdit",
    input: (row) => ({ agreementId: id, title: row.title, text: row.text, until: row.until }),
    field: (error) => error.field?.findLast((part) => ["title", "text", "until"].includes(part)),
    onDone: () => { toast("已保存"); return onDone(); },
  });
  if (!draft) return null;
  const close = () => { if (!draft.sent) drop().catch(() => {}); onClose(); };
  return html`<${Dialog} title="修改内容" onClose=${close}>
    <${Form} button=${unanswered ? "再试一次" : "保存"} onSend=${() => send(draft.until ? {} : { until: "请选择到期日" })}>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      <fieldset class="fields" disabled=${draft.sent}><${Content} row=${draft} wrong=${wrong} change=${change} /></fieldset>
    </${Form}>
  </${Dialog}>`;
}

/** The fields of what is agreed. */
export function Content({ row, wrong, change }) {
  const field = (name, label, more) => html`<${Field} id=${name} label=${label} value=${row[name]} error=${wrong[name]}
    onValue=${(value) => change({ [name]: value })} ...${more} />`;
  return html`${field("title", "名称", { maxlength: 60, placeholder: "例如：红色共建协议" })}
    ${field("text", "内容", { multiline: true, maxlength: 1000, rows: 6, hint: "双方各做什么，最多 1000 个字" })}
    ${field("until", "到期日", { type: "date", hint: "当天仍有效，最远 5 年" })}`;
}
