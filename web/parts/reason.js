// A dialog that says what a step does, and asks for the reason where the step has one. What is typed is kept until it is
// sent or the dialog is closed.

import { Dialog } from "./dialog.js";
import { UNANSWERED, useDraft } from "./draft.js";
import { Field, Form } from "./form.js";
import { html } from "./html.js";
import { toast } from "./toast.js";

/** The step is the document `name` with its `input`, and a requestNo where it is `numbered`; `label` of the reason, none
 *  where it has none, in the input's `field`; `reasons`: some to choose from; `done` is said once it is taken. */
export function Reason({
  name, input, numbered, title, about, label, hint = "最多 200 个字", field = "reason", reasons = [], done, onClose, onDone,
}) {
  const { draft, wrong, unanswered, change, send, drop } = useDraft({
    key: `reason:${name}:${JSON.stringify(input)}`, blank: () => ({ reason: "" }), document: name,
    input: ({ reason, requestNo }) => ({
      ...input, ...(label ? { [field]: reason } : {}), ...(numbered ? { requestNo } : {}),
    }),
    field: (error) => (label && error.field?.at(-1) === field ? "reason" : undefined),
    onDone: () => { toast(done); return onDone(); },
  });
  if (!draft) return null;
  // What was sent and not answered is asked about again by its number.
  const close = () => { if (!draft.sent) drop().catch(() => {}); onClose(); };
  return html`<${Dialog} title=${title} onClose=${close}>
    <${Form} button=${unanswered ? "再试一次" : title} onSend=${() => send()}>
      <p>${about}</p>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      ${reasons.length > 0 && html`<div class="chips">${reasons.map((one) => html`<button type="button" key=${one}
        aria-pressed=${draft.reason === one} disabled=${draft.sent} onClick=${() => change({ reason: one })}>${one}
        </button>`)}</div>`}
      ${label && html`<${Field} id="reason" label=${label} hint=${hint} value=${draft.reason} error=${wrong.reason}
        readonly=${draft.sent} onValue=${(reason) => change({ reason })} />`}
    </${Form}>
  </${Dialog}>`;
}
