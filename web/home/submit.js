// Submitting a wish: what kind of help, in a few words, and more about it.

import { Choices } from "../parts/choices.js";
import { Dialog } from "../parts/dialog.js";
import { Field, Form } from "../parts/form.js";
import { html } from "../parts/html.js";
import { ASKS_FOR_CARE, CATEGORIES } from "../parts/wishes.js";
import { Care } from "./care.js";

const MAX_TITLE = 60;
const MAX_DETAILS = 500;

/** The way in: the button, or what is under way since the page was left. */
export function Begin({ draft: { draft, written, sending, failing, wrong }, onOpen }) {
  if (sending) {
    return html`<p role="status" class=${failing ? "notice-line wrong" : "notice-line"}>
      ${failing ? `网络不通，正在重试：“${draft.title}”。恢复后自动提交，只算一次。` : `正在提交“${draft.title}”…`}</p>`;
  }
  return html`${wrong.all && html`<p role="alert" class="wrong">${wrong.all}</p>`}
    <button class="primary" onClick=${onOpen}>${written ? "接着点单" : "点单"}</button>
    ${written && draft.title && html`<p class="hint">上次写到：${draft.title}</p>`}`;
}

/** The form. What was sent stays as it is until its answer is known. */
export function Submit({ draft: { draft, sending, failing, wrong, change, send }, onClose }) {
  const fixed = draft.sent;
  const hint = (text, most) => `最多 ${most} 个字${text ? `，已写 ${[...text].length}` : ""}`;
  return html`<${Dialog} title="点单" onClose=${onClose}>
    <${Form} button=${fixed && !sending ? "再试一次" : "点单"} disabled=${sending} onSend=${send}>
      <${Choices} id="category" label="要帮什么忙" choices=${CATEGORIES} value=${draft.category} error=${wrong.category}
        disabled=${fixed} onValue=${(category) => change({ category })} />
      <${Field} id="title" label="一句话说明" placeholder="例如：水龙头漏水" value=${draft.title} error=${wrong.title}
        hint=${hint(draft.title, MAX_TITLE)} readonly=${fixed} onValue=${(title) => change({ title })} />
      <${Field} id="details" label="具体情况（可不填）" multiline value=${draft.details} error=${wrong.details}
        hint=${hint(draft.details, MAX_DETAILS)} readonly=${fixed} onValue=${(details) => change({ details })} />
      ${ASKS_FOR_CARE.includes(draft.category) && !fixed && html`<${Care} />`}
      <p class="hint">写下的内容留在这台设备上，关掉也不会丢。地址和电话不用写，联户长接单后能看到，每次查看都有记录。</p>
      ${failing && html`<p role="status" class="wrong">网络不通，正在重试。恢复后自动提交，只算一次。</p>`}
      ${wrong.all && html`<p role="alert" class="wrong">${wrong.all}</p>`}
    </${Form}>
  </${Dialog}>`;
}
