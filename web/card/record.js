// A head's service record: for which days, what it says, and its code, to be printed.

import { Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { Paper } from "../parts/paper.js";
import { Qr } from "../parts/qr.js";
import { api } from "../session.js";
import { day } from "../xingdian.js";

const today = () => day(api.now());
const checkAt = (code) => `${location.origin}/check#${code}`;

export function ServiceRecord() {
  const [span, setSpan] = useState(() => ({ from: `${today().slice(0, 4)}-01-01`, until: today() }));
  const [record, setRecord] = useState(null);
  const change = (given) => { setSpan({ ...span, ...given }); setRecord(null); };
  const send = async () => {
    if (!span.from || !span.until) return { message: "请填写起止日期" };
    setRecord((await api.ask("ServiceRecord", span)).serviceRecord);
    return undefined;
  };
  return html`<section class="card no-print" aria-labelledby="record"><p><a class="quiet" href="#points">← 积分</a></p>
      <h2 id="record">服务证明</h2>
      <p>写明这段时间办成的微心愿，每一件都由住户或回访评过。别人扫码就能核验真假，不用登录。</p>
      <${Form} button="开具" onSend=${send}>
        <div class="pair">
          <${Field} id="from" type="date" label="从" max=${span.until} value=${span.from} onValue=${(from) => change({ from })} />
          <${Field} id="until" type="date" label="到" max=${today()} value=${span.until} onValue=${(until) => change({ until })} />
        </div>
      </${Form}></section>
    ${record && html`<section class="card"><${Paper} of=${record}>
        <${Qr} text=${checkAt(record.code)} label="核验用的二维码" />
        <p class="dim">扫码核验，或打开 ${location.host}/check</p>
      </${Paper}>
      <button type="button" class="primary no-print" onClick=${() => print()}>打印</button></section>`}`;
}
