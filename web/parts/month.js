// A month. Where a browser has no field for one, it is typed.

import { html, useState } from "./html.js";

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** `onValue` is told of a whole month, or an empty text. */
export function Month({ id, label, kind = "field", max = "9999-12", value, onValue }) {
  const [typed, setTyped] = useState(null); // null: the month as it is
  const [wrong, setWrong] = useState(false);
  const change = ({ currentTarget: { value: given } }) => {
    const right = !given || MONTH.test(given);
    setWrong(!right);
    setTyped(right ? null : given);
    if (right) onValue(given);
  };
  return html`<div class=${kind}><label for=${id}><span>${label}</span></label>
    <input id=${id} type="month" placeholder="2026-05" max=${max} value=${typed ?? value} aria-invalid=${wrong ? "true" : undefined}
      aria-describedby=${wrong ? `${id}-about` : undefined} onInput=${(event) => setTyped(event.currentTarget.value)} onChange=${change} />
    ${wrong && html`<p id=${`${id}-about`} class="wrong">请写成 2026-05 这样</p>`}</div>`;
}
