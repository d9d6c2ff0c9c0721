// Searching a list by what was typed.

import { html, useState } from "./html.js";

/** A field to search by; `onSearch` is told what was typed, null for nothing. */
export function Search({ label, hint, onSearch }) {
  const [text, setText] = useState("");
  const send = (event) => {
    event.preventDefault();
    onSearch(text.trim() || null);
  };
  const typed = (event) => {
    setText(event.currentTarget.value);
    if (!event.currentTarget.value) onSearch(null);
  };
  return html`<form role="search" class="search" onSubmit=${send}>
    <input type="search" aria-label=${label} placeholder=${hint} autocomplete="off" maxlength="60" value=${text}
      onInput=${typed} />
    <button class="first">查找</button>
  </form>`;
}
