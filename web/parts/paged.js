// A list with what goes with it: that it is being opened, why it could not be, and another try.

import { html } from "./html.js";
import { List } from "./list.js";

/** The list of `pages`, as `usePages` gives them; `children` stand above it. */
export function Paged({ title, pages: { found, wrong, again, onMore }, row, empty, children }) {
  return html`<section class="card" aria-label=${title}>
    ${wrong && html`<p role="alert" class="wrong">${wrong} <button class="quiet" onClick=${again}>再试</button></p>`}
    ${!found && !wrong && html`<p role="status">正在打开…</p>`}
    ${children}
    ${found && html`<${List} rows=${found.nodes} row=${row} empty=${empty} onMore=${onMore} />`}
  </section>`;
}
