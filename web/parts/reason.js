// A dialog that says what a step does, and asks for the reason where the step has one.

import { Dialog } from "./dialog.js";
import { Field, Form } from "./form.js";
import { html, useState } from "./html.js";
import { rest, take } from "./take.js";
import { toast } from "./toast.js";

/** The step is the document `name` with its `input`; `label` of the reason, none where it has none, in the input's
 *  `field`; `reasons`: some to choose from; `done` is said once it is taken. */
export function Reason({
  name, input, title, about, label, hint = "最多 200 个字", field = "reason", reasons = [], done, onClose, onDone,
}) {
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState({});
  const change = (text) => { setReason(text); setWrong({}); };
  const send = async () => {
    const found = await take(name, label ? { ...input, [field]: reason } : input);
    setWrong(found);
    if (Object.keys(found).length) return rest(found, label ? [field] : []);
    toast(done);
    return onDone();
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <${Form} button=${title} onSend=${send}>
      <p>${about}</p>
      ${reasons.length > 0 && html`<div class="chips">${reasons.map((one) => html`<button type="button" key=${one}
        aria-pressed=${reason === one} onClick=${() => change(one)}>${one}</button>`)}</div>`}
      ${label && html`<${Field} id="reason" label=${label} hint=${hint} value=${reason} error=${wrong[field]}
        onValue=${change} />`}
    </${Form}>
  </${Dialog}>`;
}
