// What became of a redemption; and revoking one.

import { Dialog } from "../parts/dialog.js";
import { useFocus } from "../parts/focus.js";
import { Field, Form } from "../parts/form.js";
import { html, useRef, useState } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";
import { requestNo, time, yuan } from "../xingdian.js";
import { useScanner } from "./entry.js";
import { Amount, Facts } from "./money.js";

const REASONS = ["金额输错", "顾客退款", "扫错了码"];

/** `note`: what is to be said besides, such as that it was redeemed before; `onScan`: the next code is being typed. */
export function Done({ redemption, note, onNext, onScan, onRevoked }) {
  const [revoking, setRevoking] = useState(false);
  const place = useFocus();
  useScanner(onScan);
  const revoked = redemption.state !== "CONFIRMED";
  const revocable = redemption.availableActions.includes("REVOKE");
  return html`<section class="card" aria-labelledby="done">
    <div class=${revoked ? "" : "good"}>
      <h2 id="done" tabindex="-1" ref=${place}>${revoked ? "已撤销" : "✓ 核销成功"}</h2>
      <p><${Amount} fen=${redemption.payableFen} /></p>
    </div>
    ${note && html`<p role="alert" class="wrong">${note}</p>`}
    <${Facts} of=${redemption} title=${redemption.discount?.title ?? ""} />
    <p class="hint">${time(redemption.confirmedAt)} 核销${revocable
      ? `，${time(redemption.revocableUntil)} 前可以撤销` : ""}</p>
    <button class="primary" onClick=${onNext}>下一位</button>
    ${revocable && html`<button class="quiet" onClick=${() => setRevoking(true)}>撤销这一笔</button>`}
    ${revoking && html`<${Revoke} redemption=${redemption} onClose=${() => setRevoking(false)}
      onRevoked=${(changed) => { setRevoking(false); onRevoked({ ...redemption, ...changed }); }} />`}
  </section>`;
}

export function Refused({ message, onNext, onScan }) {
  const place = useFocus();
  useScanner(onScan);
  return html`<section class="card" aria-labelledby="refused">
    <h2 id="refused" tabindex="-1" ref=${place}>没有核销</h2>
    <p role="alert" class="wrong">${message}</p>
    <button class="primary" onClick=${onNext}>重新扫码</button>
  </section>`;
}

/** In place of the next one, where nothing can be redeemed. */
export function Shut({ why }) {
  const place = useFocus();
  return html`<section class="card" aria-labelledby="shut">
    <h2 id="shut" tabindex="-1" ref=${place}>暂时不能核销</h2>
    <p class="typed">${why}</p>
    <p>恢复以后再核销，明细照常可看。</p>
    <button class="primary" onClick=${() => location.reload()}>再看一次</button>
  </section>`;
}

export function Revoke({ redemption, onClose, onRevoked }) {
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState("");
  const number = useRef({ reason: "", requestNo: "" });
  const send = async () => {
    const said = reason.trim();
    if (!said) return setMissing("请写明原因，顾客会看到");
    // One number for one reason: sent again it counts once, and another reason is another thing.
    if (number.current.reason !== said) number.current = { reason: said, requestNo: requestNo() };
    const input = { redemptionId: redemption.id, requestNo: number.current.requestNo, reason: said };
    const { redemptionRevoke: answer } = await api.ask("RedemptionRevoke", { input });
    if (!answer.redemption) return answer.errors[0];
    toast("已撤销，积分和份数已退回顾客");
    return onRevoked(answer.redemption);
  };
  return html`<${Dialog} title="撤销核销" onClose=${onClose}>
    <${Form} button="撤销" onSend=${send}>
      <p>${redemption.headName}，¥${yuan(redemption.payableFen)}。撤销后这张码不能再用，请顾客重新领取。</p>
      <div class="chips">${REASONS.map((one) => html`<button type="button" aria-pressed=${reason === one}
        onClick=${() => { setReason(one); setMissing(""); }}>${one}</button>`)}</div>
      <${Field} id="reason" label="原因" hint="顾客会看到" value=${reason} error=${missing} maxlength="200"
        onValue=${(text) => { setReason(text); setMissing(""); }} />
    </${Form}>
  </${Dialog}>`;
}
