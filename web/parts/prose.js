// A text of docs/consents, as it is written there.

import { html } from "./html.js";

/** A heading, paragraphs, and words in bold: all that these texts have. `name`: what a screen reader calls it. */
export function Prose({ text, name }) {
  const part = (one) => {
    const joined = one.replace(/\n/g, "");
    if (joined.startsWith("# ")) return html`<h2>${joined.slice(2)}</h2>`;
    return html`<p>${joined.split("**").map((piece, index) => (index % 2 ? html`<b>${piece}</b>` : piece))}</p>`;
  };
  return html`<article lang="zh-CN" tabindex="0" class="notice" aria-label=${name}>${text.trim().split(/\n\s*\n/).map(part)}
  </article>`;
}
