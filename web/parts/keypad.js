// A keypad of large keys, for fingers. The field beside it stays an ordinary one, for keyboards and screen readers.

import { html } from "./html.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "⌫"];

/** `onKey` is told the digit or the point, or null for the last one to go. */
export function Keypad({ onKey, point = true }) {
  const press = (key) => onKey(key === "⌫" ? null : key);
  return html`<div class="keypad" role="group" aria-label="数字键盘">
    ${KEYS.map((key) => html`<button type="button" key=${key} disabled=${key === "." && !point}
      aria-label=${{ "⌫": "删除一位", ".": "小数点" }[key]} onClick=${() => press(key)}>${key}</button>`)}
  </div>`;
}
