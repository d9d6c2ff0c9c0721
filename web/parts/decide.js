// Steps that are decided here: a button for each, which opens a dialog that says what the step does.

import { html, useEffect, useState } from "./html.js";
import { Reason } from "./reason.js";

/** `steps` as `Reason` takes them, each with its `button`, and `first` for the one that is mostly wanted. `onBusy` is
 *  told whether a dialog is open, `onDone` that a step was taken; `children` stand before the buttons. */
export function Decide({ steps, onBusy = () => {}, onDone, children }) {
  const [doing, setDoing] = useState(null);
  useEffect(() => onBusy(doing !== null), [doing]);
  useEffect(() => () => onBusy(false), []);
  const done = () => { setDoing(null); onDone(); };
  const button = (step) => html`<button key=${step.button} class=${step.first ? "first" : "quiet"}
    onClick=${() => setDoing(step)}>${step.button}</button>`;
  return html`<div class="decide">${children}${steps.map(button)}</div>
    ${doing && html`<${Reason} ...${doing} onClose=${() => setDoing(null)} onDone=${done} />`}`;
}
