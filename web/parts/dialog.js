// A dialog: the browser moves the focus into it, keeps it there, and gives it back.

import { html, useLayoutEffect, useRef } from "./html.js";
import { opened } from "./opened.js";

export function Dialog({ title, close = "关闭", onClose, children }) {
  const place = useRef(null);
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement|null} */ (document.activeElement);
    const dialog = place.current;
    dialog.showModal();
    const closed = opened();
    return () => {
      closed();
      dialog.close(); // all else can't take the focus while it is open
      before?.focus?.();
    };
  }, []);
  return html`<dialog ref=${place} aria-labelledby="dialog-title" onCancel=${onClose}>
    <header><h2 id="dialog-title">${title}</h2>
      <button type="button" class="quiet" aria-label=${close} onClick=${onClose}>✕</button></header>
    ${children}
  </dialog>`;
}
