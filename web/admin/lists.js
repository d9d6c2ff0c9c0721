// What stands on both sides of this screen: a list on the left, what is opened on the right.

import { useFocus } from "../parts/focus.js";
import { html, useEffect, useState } from "../parts/html.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";

/** A list that is read by `ask`. Give it a key of what it is filtered by. */
export function Listed({ title, ask, changes, row, empty, children }) {
  return html`<${Paged} title=${title} pages=${usePages(ask, changes)} row=${row} empty=${empty}>${children}</${Paged}>`;
}

/** What an empty list says: that there is nothing of what was chosen, or nothing yet where all was. */
export const none = (chosen, what) => `${chosen ? `没有${chosen}的` : "还没有"}${what}。`;

export const linkTo = (kind, id, part) => `#${[kind, encodeURIComponent(id), part].filter(Boolean).join("/")}`;

/** A row that opens something. */
export function Row({ to, opened, title, tag, children }) {
  return html`<a class="wish" href=${to} aria-current=${opened ? "true" : undefined}>
    <b>${title}</b>${tag && html`<span class="tag">${tag}</span>`}${children}</a>`;
}

/** Choose what a list is filtered by. `choices` are pairs of value and label. */
export function Filter({ label, choices, value, onValue }) {
  return html`<label class="filter"><span>${label}</span>
    <select value=${value} onChange=${(event) => onValue(event.currentTarget.value)}>
      ${choices.map(([one, name]) => html`<option key=${one} value=${one}>${name}</option>`)}
    </select></label>`;
}

/** One thing, read by `ask`, and again after a change: undefined until it is there, null where there is none. */
export function useOne(ask, changes) {
  const [found, setFound] = useState(undefined);
  const [wrong, setWrong] = useState("");
  const [tries, setTries] = useState(0);
  const again = () => setTries((count) => count + 1);
  useEffect(() => {
    let alive = true;
    ask().then((one) => alive && (setFound(one ?? null), setWrong("")), (failed) => alive && setWrong(failed.message));
    return () => { alive = false; };
  }, [changes, tries]);
  useEffect(() => {
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, []);
  return { found, wrong, again };
}

/** What `useOne` found, drawn by `draw`; or that it is on its way, or why it is not there. */
export function One({ one: { found, wrong, again }, draw }) {
  return html`${wrong && html`<p role="alert" class="wrong">${wrong}
      <button type="button" class="quiet" onClick=${again}>再试</button></p>`}
    ${found === undefined && !wrong && html`<p role="status">正在打开…</p>`}
    ${found === null && html`<p>找不到，可能已不在您的管理范围内。</p>`}
    ${found && draw(found)}`;
}

/** The panel of what is opened: the way back to its list, and its title, which takes the focus. */
export function Panel({ label, back: [href, name], children }) {
  return html`<section class="card" aria-label=${label}><p><a class="quiet" href=${href}>← ${name}</a></p>${children}</section>`;
}

export function Title({ children }) {
  const place = useFocus();
  return html`<h2 tabindex="-1" ref=${place}>${children}</h2>`;
}

/** Names and values. Pairs without a value are left away. */
export function Particulars({ of: pairs }) {
  const there = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return html`<dl class="particulars">${there.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd>
    </div>`)}</dl>`;
}
