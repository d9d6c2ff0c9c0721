// A small bar chart. Its names and figures are text, which is read out, and grows with the type; only bars are drawn.

import { html } from "./html.js";

/** `rows` are `{ name, values }`, with as many values, from 0 on, as `series` has names. */
export function Bars({ title, series, rows }) {
  const most = Math.max(1, ...rows.flatMap((row) => row.values));
  const bar = (value, place) => html`<dd key=${place} class=${`bar-${place}`}>
    <svg width="100%" height="100%" aria-hidden="true"><rect width=${`${(100 * value) / most}%`} height="100%" rx="3" /></svg>
    <span><span class="unseen">${series[place]} </span>${value}</span></dd>`;
  return html`<figure class="bars">
    <figcaption>${title}
      <span class="legend">${series.map((name, place) => html`<span key=${name} class=${`bar-${place}`}>${name}</span>`)}</span>
    </figcaption>
    <dl>${rows.map((row) => html`<div key=${row.name}><dt>${row.name}</dt>${row.values.map(bar)}</div>`)}</dl>
  </figure>`;
}
