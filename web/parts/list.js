// A list that is read page by page: what is there, and a button for more. Who works by keyboard goes on in it, though
// what had the focus is gone.

import { html, useLayoutEffect, useRef, useState } from "./html.js";

/** `rows` as they are drawn by `row`; `onMore` where there are more; `empty` for none. */
export function List({ rows, row, onMore, empty }) {
  const [loading, setLoading] = useState(false);
  const { place, noticed } = useKeptFocus(rows);
  const more = async () => {
    if (loading) return;
    setLoading(true);
    const before = rows.length;
    await onMore();
    setLoading(false);
    place.current?.children[before]?.focus({ preventScroll: true });
  };
  if (!rows.length) return html`<p class="empty" tabindex="-1" ref=${place}>${empty}</p>`;
  return html`<ul class="list" ref=${place} onFocusIn=${noticed}>${rows.map((one) => html`<li key=${one.id} tabindex="-1">${row(one)}</li>`)}</ul>
    ${onMore && html`<button class="more" aria-busy=${loading} onClick=${more}>更多</button>`}`;
}

/** The place of a list, and what is told of the focus in it: where the row that had it is gone, the one that stands there
 *  now takes it. */
function useKeptFocus(rows) {
  const place = useRef(null);
  const last = useRef(null); // the row that had the focus, and its number
  const noticed = ({ target }) => {
    const number = [...place.current.children].findIndex((one) => one.contains(target));
    last.current = rows[number] ? { id: rows[number].id, number } : null;
  };
  useLayoutEffect(() => {
    if (!last.current || document.activeElement !== document.body) return;
    if (rows.some(({ id }) => id === last.current.id)) return;
    const list = place.current;
    (rows.length ? list?.children[Math.min(last.current.number, rows.length - 1)] : list)?.focus({ preventScroll: true });
    last.current = null;
  });
  return { place, noticed };
}
