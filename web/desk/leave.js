// A head leaves: why, and who takes over the households.

import { Dialog } from "../parts/dialog.js";
import { Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { rest, take } from "../parts/take.js";
import { toast } from "../parts/toast.js";
import { ChooseHead } from "./find.js";

export function Leave({ head, areaId, onClose, onDone }) {
  const [reason, setReason] = useState("");
  const [successor, setSuccessor] = useState(null);
  const [choosing, setChoosing] = useState(false);
  const [wrong, setWrong] = useState({});
  const choose = (chosen) => { setSuccessor(chosen); setChoosing(false); };
  const send = async () => {
    const input = { headId: head.id, reason, ...(successor ? { successorId: successor.id } : {}) };
    const found = await take("HeadLeave", input);
    setWrong(found);
    if (Object.keys(found).length) return rest(found, ["reason"]);
    toast(`${head.name} 已离任`);
    return onDone();
  };
  if (choosing) {
    return html`<${Dialog} title="谁接任" onClose=${() => setChoosing(false)}>
      <div class="stacked"><${ChooseHead} areaId=${areaId} without=${head.id} onChoose=${choose} /></div>
    </${Dialog}>`;
  }
  return html`<${Dialog} title=${`${head.name} 离任`} onClose=${onClose}>
    <${Form} button="办理离任" onSend=${send}>
      <p>手上的心愿收回待派，优惠码作废，积分不变。离任后不能恢复。</p>
      <${Field} id="reason" label="原因" hint="最多 200 个字" value=${reason} error=${wrong.reason}
        onValue=${(text) => { setReason(text); setWrong({}); }} />
      <p class="row"><span>${successor ? html`住户交给 <b>${successor.name}</b>` : "所联住户暂时没有联户长"}</span>
        <button type="button" class="quiet" onClick=${() => setChoosing(true)}>
          ${successor ? "换一位" : "选接任的人"}</button></p>
    </${Form}>
  </${Dialog}>`;
}
