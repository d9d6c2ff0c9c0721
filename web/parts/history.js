// What was done with a wish, step by step.

import { html } from "./html.js";
import { moment, said } from "./wishes.js";

export function History({ events }) {
  return html`<section class="history" aria-labelledby="history"><h3 id="history">经过</h3>
    <ol>${events.map((event) => html`<li><span class="dim">${moment(event.occurredAt)}</span>
      <span>${said(event)}${event.note && html`：<span class="typed">${event.note}</span>`}</span></li>`)}</ol>
  </section>`;
}
