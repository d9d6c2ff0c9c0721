// The list of thanks: shops that gave something this month, by name and never by how much.

import { html } from "../parts/html.js";
import { publicApi } from "../session.js";
import { useAgain, whole } from "./whole.js";

const thanked = (areaId) => whole(async (page) => (await publicApi.ask("ShopsThanked", { areaId, ...page })).shopsThanked);

/** The shops, undefined until they are read. */
export const useThanked = (areaId) => useAgain(thanked, areaId);

/** The panel: as many of the shops as there is room for. */
export function Thanks({ shops }) {
  return html`<section class="thanks" aria-labelledby="thanks"><h3 id="thanks">红城星店鸣谢</h3>
    <p class="dim">本月以优惠感谢联户长的店铺，按店名</p>
    <ul>${shops.map((shop) => html`<li key=${shop.id}><b>${shop.name}</b><span class="dim">${shop.area.name}</span></li>`)}</ul>
  </section>`;
}
