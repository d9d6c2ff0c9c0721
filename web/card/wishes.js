// The wishes that a head is offered or has in hand, and those that are done.

import { html, useState } from "../parts/html.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { linkTo } from "../parts/place.js";
import { CATEGORY, moment } from "../parts/wishes.js";
import { api } from "../session.js";
import { Accept } from "./steps.js";
import { STATE } from "./words.js";

const URGENT = ["ACCEPT", "COMPLETE"]; // what the head is waited for, in this order

const waited = ({ availableActions: actions }) => {
  const found = URGENT.findIndex((action) => actions.includes(action));
  return found < 0 ? URGENT.length : found;
};

/** `opened`: the id of the one that is open beside; `changes` counts what has changed since. */
export function Wishes({ opened, changes, onChange }) {
  const [done, setDone] = useState(false);
  const states = done ? ["RATED"] : null;
  const ask = async (page) => (await api.ask("HeadWishes", { ...page, states })).viewer.householdHead.wishes;
  const pages = usePages(ask, `${changes} ${done}`);
  const nodes = [...(pages.found?.nodes ?? [])].sort((one, other) => waited(one) - waited(other)); // stable
  const row = (wish) => html`<a class="wish" id=${`row-${wish.id}`} href=${linkTo("wish", wish.id)}
      aria-current=${wish.id === opened ? "true" : undefined}>
    <b>${wish.title}</b>
    <span class="tag">${CATEGORY[wish.category]}</span>
    <span class="dim">${wish.household?.contactName} · ${STATE[wish.state]}${wish.stars ? ` ${"★".repeat(wish.stars)}` : ""}</span>
    ${wish.state === "DISPATCHED" && wish.deadlineAt && html`<span class="dim">请在 ${moment(wish.deadlineAt)} 前答复</span>`}
  </a>
  ${wish.availableActions.includes("ACCEPT") && html`<${Accept} wish=${wish} onDone=${onChange} />`}`;
  return html`<${Paged} title="我的心愿单" pages=${{ ...pages, found: pages.found && { ...pages.found, nodes } }} row=${row}
    empty=${done ? "还没有评过单的心愿。" : "现在没有派给您的心愿。派来时这里会显示，也会通知您。"}>
    <div class="chips">
      <button aria-pressed=${!done} onClick=${() => setDone(false)}>手上的</button>
      <button aria-pressed=${done} onClick=${() => setDone(true)}>办过的</button>
    </div>
  </${Paged}>`;
}
