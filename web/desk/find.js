// Finding households and heads by what was typed.

import { html, useState } from "../parts/html.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { Search } from "../parts/search.js";
import { api } from "../session.js";
import { standing } from "./words.js";

export const findHouseholds = async (asked) => (await api.ask("Households", asked)).households;
export const findHeads = async (asked) => (await api.ask("Heads", asked)).heads;

/** Heads to choose one from, of an area; those who work no longer cannot be chosen. `without`: not this one. */
export function ChooseHead({ areaId, without, onChoose }) {
  const [search, setSearch] = useState(null);
  return html`<${Search} label="查联户长" hint="姓名或电话" onSearch=${setSearch} />
    <${Heads} key=${search} search=${search} areaId=${areaId} without=${without} onChoose=${onChoose} />`;
}

function Heads({ search, areaId, without, onChoose }) {
  const pages = usePages((page) => findHeads({ areaId, search, ...page }), 0);
  const row = (head) => html`<div class="candidate">
    <span><b>${head.name}</b> <span class="dim">${head.grid.name}</span></span>
    ${standing(head) ? html`<span class="tag">${standing(head)}</span>` : html`<button type="button"
      aria-label=${`选 ${head.name}`} disabled=${head.id === without} onClick=${() => onChoose(head)}>选</button>`}
  </div>`;
  return html`<${Paged} title="联户长列表" pages=${pages} row=${row} empty="没有找到。请核对姓名，或先导入名册。" />`;
}
