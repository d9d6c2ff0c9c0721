// One of a few choices, each a target of its own: radio buttons, so that arrow keys and screen readers know them.

import { html } from "./html.js";

/** `choices` are pairs of value and label; `draw` draws one in another way, `about` says more under them. */
export function Choices({ id, label, choices, value, error, about, kind = "choices", draw, onValue, ...rest }) {
  const described = error || about ? `${id}-about` : undefined;
  return html`<fieldset class=${kind} data-wrong=${error ? "" : undefined} aria-describedby=${described}>
    <legend>${label}</legend>
    <div>${choices.map(([one, name]) => html`<label key=${one} class=${value === one ? "chosen" : ""}>
      <input type="radio" name=${id} value=${one} checked=${value === one} aria-label=${name}
        onChange=${() => onValue(one)} ...${rest} />
      <span aria-hidden="true">${draw ? draw(one) : name}</span></label>`)}</div>
    ${described && html`<p id=${described} class=${error ? "wrong" : "hint"}>${error || about}</p>`}
  </fieldset>`;
}
