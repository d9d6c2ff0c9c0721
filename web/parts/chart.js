// Small charts. Their names and figures are text, which is read out, and grows with the type; only bars are drawn.

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

/** A count within, or beyond, a range: what stands around it says both. All are from 0 to `most`. */
export function Ranges({ most, from, to, at }) {
  const x = (value) => `${(100 * value) / most}%`;
  return html`<svg class="ranges" width="100%" aria-hidden="true">
    <rect class="whole" width="100%" height="100%" rx="3" />
    ${from !== null && html`<rect class="range" x=${x(from)} width=${x(to - from)} height="100%" rx="3" />`}
    <circle cx=${x(at)} cy="50%" r="5" /></svg>`;
}
