// The wishes of the areas that one looks after, the newest first.

import { html } from "../parts/html.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { linkTo } from "../parts/place.js";
import { CATEGORY, moment } from "../parts/wishes.js";
import { api } from "../session.js";
import { FILTERS, STATE } from "./words.js";

/** `filter`: one of FILTERS by its name; `children` stand above the list. */
export function Queue({ areaId, filter, changes, opened, onFilter, children }) {
  return html`<div class="chips" role="group" aria-label="状态">${FILTERS.map(([name]) => html`<button key=${name}
      aria-pressed=${filter === name} onClick=${() => onFilter(name)}>${name}</button>`)}</div>
    ${children}
    <${Wishes} key=${`${areaId} ${filter}`} areaId=${areaId} filter=${filter} changes=${changes} opened=${opened} />`;
}

function Wishes({ areaId, filter, changes, opened }) {
  const states = Object.fromEntries(FILTERS)[filter];
  const pages = usePages(async (page) => (await api.ask("WishQueue", { areaId, states, ...page })).wishes, changes);
  const row = (wish) => html`<a class="wish" id=${`row-${wish.id}`} href=${linkTo("wish", wish.id)}
      aria-current=${wish.id === opened ? "true" : undefined}>
    <b>${wish.title}</b><span class="tag">${CATEGORY[wish.category]}</span>
    <span class="dim">${STATE[wish.state]} · ${moment(wish.submittedAt)}${wish.grid && ` · ${wish.grid.name}`}</span>
    <span class="dim">${wish.household?.contactName} ${wish.household?.address}${wish.head
      ? ` · 联户长 ${wish.head.name}` : ""}</span>
  </a>`;
  return html`<${Paged} title="心愿列表" pages=${pages} row=${row} empty=${filter === "全部"
    ? "还没有心愿。住户可以自己点单，您也可以代住户点单。" : `没有${filter}的心愿。`} />`;
}
