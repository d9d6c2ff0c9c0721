// What has just happened, said once: shown for a while, and read out by screen readers.

import { html, useEffect, useState } from "./html.js";

const STAYS = 6000; // milliseconds

let show = (/** @type {string} */ text) => {};

/** Say something that needs no answer. */
export const toast = (text) => show(text);

export function Toasts() {
  const [text, setText] = useState("");
  useEffect(() => {
    show = setText;
    if (!text) return undefined;
    const timer = setTimeout(() => setText(""), STAYS);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<div class="toasts" role="status">${text && html`<p class="toast">${text}</p>`}</div>`;
}
