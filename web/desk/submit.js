// Submitting a wish on behalf of a household, which has agreed to it.

import { Choices } from "../parts/choices.js";
import { Dialog } from "../parts/dialog.js";
import { Field, Form } from "../parts/form.js";
import { html } from "../parts/html.js";
import { CATEGORIES } from "../parts/wishes.js";

export const NEEDED = { category: "请选择类别", title: "请填写此项", consentNote: "请写明住户怎样同意的" };
const CONSENTS = ["当面同意", "电话里同意", "家人代为同意"];

/** What is under way since the page was left, and the way back to it; nothing where nothing is. */
export function UnderWay({ draft: { draft, written, sending, failing, wrong, anew }, onOpen }) {
  if (sending) {
    return html`<p role="status" class=${failing ? "notice-line wrong" : "notice-line"}>
      ${failing ? `网络不通，正在重试：“${draft.title}”。恢复后自动提交，只算一次。` : `正在提交“${draft.title}”…`}</p>`;
  }
  if (!written) return null;
  return html`<div class="notice-line row"><span>给 ${draft.about} 的点单还没有提交${wrong.all && `：${wrong.all}`}</span>
    <span><button class="quiet" onClick=${onOpen}>接着写</button>
      ${!draft.sent && html`<button class="quiet" onClick=${() => anew()}>不要了</button>`}</span></div>`;
}

/** The form. What was sent stays as it is until its answer is known. */
export function Submit({ draft: { draft, sending, failing, wrong, change, send }, onClose }) {
  const fixed = draft.sent;
  const field = (name, label, hint, more) => html`<${Field} id=${name} label=${label} hint=${hint}
    value=${draft[name] ?? ""} error=${wrong[name]} readonly=${fixed}
    onValue=${(text) => change({ [name]: text })} ...${more} />`;
  return html`<${Dialog} title="代住户点单" onClose=${onClose}>
    <${Form} button=${fixed && !sending ? "再试一次" : "点单"} disabled=${sending} onSend=${send}>
      <p>住户：<b>${draft.about}</b></p>
      <${Choices} id="category" label="要帮什么忙" choices=${CATEGORIES} value=${draft.category} error=${wrong.category}
        disabled=${fixed} onValue=${(category) => change({ category })} />
      ${field("title", "一句话说明", "最多 60 个字", { placeholder: "例如：水龙头漏水" })}
      ${field("details", "具体情况（可不填）", "最多 500 个字", { multiline: true })}
      <div class="chips">${CONSENTS.map((one) => html`<button type="button" key=${one} disabled=${fixed}
        aria-pressed=${draft.consentNote === one} onClick=${() => change({ consentNote: one })}>${one}</button>`)}</div>
      ${field("consentNote", "住户怎样同意的", "住户会看到，最多 200 个字")}
      ${failing && html`<p role="status" class="wrong">网络不通，正在重试。恢复后自动提交，只算一次。</p>`}
      ${wrong.all && html`<p role="alert" class="wrong">${wrong.all}</p>`}
    </${Form}>
  </${Dialog}>`;
}
