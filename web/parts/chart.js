// A small bar chart, with the same figures as a table.

import { html } from "./html.js";

const [WIDTH, NAMES, BAR, GAP] = [320, 84, 12, 10]; // in units of the picture
const VALUES = 56;

/** `rows` are `{ name, values }`, with as many values, from 0 on, as `series` has names. */
export function Bars({ title, series, rows }) {
  const most = Math.max(1, ...rows.flatMap((row) => row.values));
  const length = (value) => (value / most) * (WIDTH - NAMES - VALUES);
  const step = series.length * BAR + GAP;
  return html`<figure class="bars">
    <figcaption>${title}
      <span class="legend">${series.map((name, place) => html`<span key=${name} class=${`bar-${place}`}>${name}</span>`)}</span>
    </figcaption>
    <svg viewBox=${`0 0 ${WIDTH} ${rows.length * step}`} aria-hidden="true" focusable="false">
      ${rows.map((row, line) => html`<g key=${row.name} transform=${`translate(0 ${line * step})`}>
        <text x=${NAMES - 8} y=${(series.length * BAR) / 2} text-anchor="end" dominant-baseline="central">${row.name}</text>
        ${row.values.map((value, place) => html`<rect key=${place} class=${`bar-${place}`} x=${NAMES} y=${place * BAR}
            width=${length(value)} height=${BAR - 2} rx="2" />
          <text class="value" x=${NAMES + length(value) + 5} y=${place * BAR + BAR / 2 - 1}
            dominant-baseline="central">${value}</text>`)}
      </g>`)}
    </svg>
    <table class="unseen"><caption>${title}</caption>
      <thead><tr><td></td>${series.map((name) => html`<th key=${name} scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.name}><th scope="row">${row.name}</th>
        ${row.values.map((value, place) => html`<td key=${place}>${value}</td>`)}</tr>`)}</tbody></table>
  </figure>`;
}
