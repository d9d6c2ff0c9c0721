// An agreement that is drafted: kept with the number that it is sent under, until the server has answered.

import { UNANSWERED, useDraft } from "../parts/draft.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { html } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";
import { day } from "../xingdian.js";
import { Content } from "./one.js";

const FIELDS = ["partnerId", "areaId", "title", "text", "until"];

/** A year from today by the server's clock, as an input of type date has it. */
function inAYear() {
  const [year, month, date] = day(api.now()).split("-");
  return `${Number(year) + 1}-${month}-${month === "02" && date === "29" ? "28" : date}`;
}

const blank = () => ({ partnerId: "", partner: null, areaId: "", title: "", text: "", until: inAYear(), above: "" });
const field = (error) => error.field?.findLast((part) => FIELDS.includes(part));

/** `keep`: the key under which it is kept; `given`: what is known of it; `choose` draws the fields of what is not. */
export function Draft({ keep, given, choose, onClose, onDone }) {
  const input = (row) => ({ ...Object.fromEntries(FIELDS.map((name) => [name, row[name]])), ...given, requestNo: row.requestNo });
  const done = (agreement) => { toast("已起草，请双方签署"); return onDone(agreement); };
  const { draft, wrong, unanswered, change, send, drop } = useDraft({
    key: keep, blank, document: "AgreementDraft", input, field, onDone: done,
  });
  if (!draft) return null;
  const missing = () => Object.fromEntries(
    FIELDS.filter((name) => !(given[name] ?? draft[name]).trim()).map((name) => [name, "请填写此项"]),
  );
  return html`<${Dialog} title="起草共建协议" onClose=${onClose}>
    <fieldset class="fields" disabled=${draft.sent}>${choose({ draft, wrong, change })}</fieldset>
    <${Form} button=${draft.sent ? "再试一次" : "起草"} onSend=${() => send(missing())}>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      <fieldset class="fields" disabled=${draft.sent}>
        <${Content} row=${draft} wrong=${wrong} change=${change} />
        <p class="hint">起草后由双方各一个账号签署，签妥生效。写下的内容留在这台设备上。
          <button type="button" class="quiet" onClick=${drop}>清空</button></p>
      </fieldset>
    </${Form}>
  </${Dialog}>`;
}
