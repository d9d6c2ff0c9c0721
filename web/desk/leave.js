// A head leaves: why, and who takes over the households. It is kept until it is sent or the dialog is closed.

import { Dialog } from "../parts/dialog.js";
import { UNANSWERED, useDraft } from "../parts/draft.js";
import { Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { ChooseHead } from "./find.js";

export function Leave({ head, areaId, onClose, onDone }) {
  const [choosing, setChoosing] = useState(false);
  const { draft, wrong, unanswered, change, send, drop } = useDraft({
    key: `reason:HeadLeave:${head.id}`, blank: () => ({ reason: "", successor: null }), document: "HeadLeave",
    input: ({ reason, successor }) => ({ headId: head.id, reason, ...(successor ? { successorId: successor.id } : {}) }),
    field: (error) => (error.field?.at(-1) === "reason" ? "reason" : undefined),
    onDone: () => { toast(`${head.name} 已离任`); return onDone(); },
  });
  if (!draft) return null;
  const { reason, successor, sent } = draft;
  const choose = ({ id, name }) => { change({ successor: { id, name } }); setChoosing(false); };
  const close = () => { if (!sent) drop().catch(() => {}); onClose(); };
  if (choosing) {
    return html`<${Dialog} title="谁接任" onClose=${() => setChoosing(false)}>
      <div class="stacked"><${ChooseHead} areaId=${areaId} without=${head.id} onChoose=${choose} /></div>
    </${Dialog}>`;
  }
  return html`<${Dialog} title=${`${head.name} 离任`} onClose=${close}>
    <${Form} button=${unanswered ? "再试一次" : "办理离任"} onSend=${() => send()}>
      <p>手上的心愿收回待派，优惠码作废，积分不变。离任后不能恢复。</p>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      <${Field} id="reason" label="原因" hint="最多 200 个字" value=${reason} error=${wrong.reason} readonly=${sent}
        onValue=${(text) => change({ reason: text })} />
      <p class="row"><span>${successor ? html`住户交给 <b>${successor.name}</b>` : "所联住户暂时没有联户长"}</span>
        <button type="button" class="quiet" disabled=${sent} onClick=${() => setChoosing(true)}>
          ${successor ? "换一位" : "选接任的人"}</button></p>
    </${Form}>
  </${Dialog}>`;
}
