// A list that is read page by page: what is there, and a button for more.

import { html, useState } from "./html.js";

/** `rows` as they are drawn by `row`; `onMore` where there are more; `empty` for none. */
export function List({ rows, row, onMore, empty }) {
  const [loading, setLoading] = useState(false);
  const more = async () => {
    setLoading(true);
    await onMore();
    setLoading(false);
  };
  if (!rows.length) return html`<p class="empty">${empty}</p>`;
  return html`<ul class="list">${rows.map((one) => html`<li key=${one.id}>${row(one)}</li>`)}</ul>
    ${onMore && html`<button class="more" aria-busy=${loading} disabled=${loading} onClick=${more}>更多</button>`}`;
}
