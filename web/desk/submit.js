// Submitting a wish on behalf of a household, which has agreed to it.

import { Choices } from "../parts/choices.js";
import { Dialog } from "../parts/dialog.js";
import { Field, Form } from "../parts/form.js";
import { html } from "../parts/html.js";
import { ASKS_FOR_CARE, CATEGORIES } from "../parts/wishes.js";

const CONSENTS = ["当面同意", "电话里同意", "家人代为同意"];
// Only the resident agrees to it, on a screen of one's own (web/home/care.js).
const CARE = "健康、行动不便、服药等情况不要写在这里：要本人在“我家”单独同意，才由本人写。";

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
      ${ASKS_FOR_CARE.includes(draft.category) && html`<p class="hint">${CARE}</p>`}
      <div class="chips">${CONSENTS.map((one) => html`<button type="button" key=${one} disabled=${fixed}
        aria-pressed=${draft.consentNote === one} onClick=${() => change({ consentNote: one })}>${one}</button>`)}</div>
      ${field("consentNote", "住户怎样同意的", "住户会看到，最多 200 个字")}
      ${failing && html`<p role="status" class="wrong">网络不通，正在重试。恢复后自动提交，只算一次。</p>`}
      ${wrong.all && html`<p role="alert" class="wrong">${wrong.all}</p>`}
    </${Form}>
  </${Dialog}>`;
}
