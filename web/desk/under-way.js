// A wish on behalf of a household that is under way: what it needs, and that there is one.

import { html } from "../parts/html.js";

export const NEEDED = { category: "请选择类别", title: "请填写此项", consentNote: "请写明住户怎样同意的" };

/** What is under way since the page was left, and the way back to it; nothing where nothing is. */
export function UnderWay({ draft: { draft, written, sending, failing, wrong, drop }, onOpen }) {
  if (sending) {
    return html`<p role="status" class=${failing ? "notice-line wrong" : "notice-line"}>
      ${failing ? `网络不通，正在重试：“${draft.title}”。恢复后自动提交，只算一次。` : `正在提交“${draft.title}”…`}</p>`;
  }
  if (!written) return null;
  return html`<div class="notice-line row"><span>给 ${draft.about} 的点单还没有提交${wrong.all && `：${wrong.all}`}</span>
    <span><button class="quiet" onClick=${onOpen}>接着写</button>
      ${!draft.sent && html`<button class="quiet" onClick=${drop}>不要了</button>`}</span></div>`;
}
