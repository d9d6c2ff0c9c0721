// What is kept for the customer for 120 seconds: the amount to take, and the tap that says that it was taken.

import { useFocus } from "../parts/focus.js";
import { html, useEffect, useState } from "../parts/html.js";
import { api } from "../session.js";
import { Amount, Facts } from "./money.js";

const LASTS = 120; // seconds
const READ_OUT = [60, 30, 10];

/** `onConfirm` once the money was taken; `onOther` to change the bill, where that is offered; `onDrop` to let it go. */
export function Prepared({ row, onConfirm, onOther, onDrop }) {
  const place = useFocus();
  const left = useSecondsLeft(row.expiresAt);
  // To the heading, not to the button: Enter, as a scanner types it, must not confirm.
  return html`<section class="card" aria-labelledby="prepared">
    <h2 id="prepared" tabindex="-1" ref=${place}>${heading(row, left)}</h2>
    ${left > 0 && html`<p><span class="dim">应付</span> <${Amount} fen=${row.payableFen} /></p>`}
    <${Facts} of=${row} title=${row.title} />
    ${left > 0
      ? html`<${Countdown} left=${left} />
        <button class="primary" onClick=${onConfirm}>${row.payableFen ? "已收款，确认核销" : "确认核销"}</button>
        <p class="row">${onOther && html`<button class="quiet" onClick=${onOther}>改金额</button>`}
          <button class="quiet" onClick=${onDrop}>不核销</button></p>`
      : html`<p>请顾客出示新的码，重新扫码。</p><button class="primary" onClick=${onDrop}>下一位</button>`}
  </section>`;
}

function heading(row, left) {
  if (!left) return "已过期，什么都没有扣";
  return row.payableFen ? "请收款" : "不用收款";
}

function Countdown({ left }) {
  return html`<div class="left">
    <p aria-hidden="true">为顾客保留 ${left} 秒</p>
    <progress value=${left} max=${LASTS} aria-label="剩余时间"></progress>
    <p class="unseen" role="status">${READ_OUT.includes(left) ? `还剩 ${left} 秒` : ""}</p>
  </div>`;
}

function useSecondsLeft(instant) {
  const now = () => Math.max(0, Math.min(LASTS, Math.ceil((Date.parse(instant) - api.now()) / 1000)));
  const [left, setLeft] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setLeft(now()), 250);
    return () => clearInterval(timer);
  }, [instant]);
  return left;
}

/** On its way: the amount stays, so that nobody has to remember it. `failed`: what was answered decides nothing. */
export function Confirming({ row, failing, failed, onAgain }) {
  return html`<section class="card" aria-labelledby="confirming">
    <h2 id="confirming">正在确认</h2>
    <p><${Amount} fen=${row.payableFen} /></p>
    <${Facts} of=${row} title=${row.title} />
    <p role="status" class=${failing ? "wrong" : ""}>${failing
      ? "服务繁忙或网络不通，正在重试。请不要重新收款：网络恢复后自动确认，只算一次。刷新或关机也不会丢。"
      : !failed && "请稍候…"}</p>
    ${failed && html`<p role="alert" class="wrong">还不知道成了没有：${failed.message}</p>
      <button class="primary" onClick=${onAgain}>再试一次</button>`}
  </section>`;
}
