// The tabs of a screen, each a place of its own, with how much waits there.

import { html } from "./html.js";

/** `tabs`: the label of each by its place; `counts`: by place, how many and of what. */
export function Tabs({ label, tabs, tab, counts = {} }) {
  return html`<nav class="tabs" aria-label=${label}>${Object.entries(tabs).map(([name, text]) => {
    const [count = 0, of] = counts[name] ?? [];
    return html`<a key=${name} href=${`#${name}`} aria-current=${tab === name ? "page" : undefined}>${text}
      ${count > 0 && html`<span class="count">${count > 99 ? "99+" : count} <span class="unseen">${of}</span></span>`}</a>`;
  })}</nav>`;
}
