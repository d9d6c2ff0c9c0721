// The list of thanks: shops that gave something this month, by name and never by how much.

import { html, useEffect, useState } from "../parts/html.js";
import { publicApi } from "../session.js";

const AGAIN = 10 * 60_000; // milliseconds
const MOST = 100;

/** The shops, undefined until they are read; those that were read last stay while the network is away. */
export function useThanked(areaId) {
  const [names, setNames] = useState(undefined);
  useEffect(() => {
    let alive = true;
    const ask = async () => {
      const { shopsThanked } = await publicApi.ask("ShopsThanked", { areaId, first: MOST });
      if (alive) setNames(shopsThanked?.edges.map(({ node }) => node) ?? []);
    };
    const quietly = () => ask().catch(() => {});
    quietly();
    const timer = setInterval(quietly, AGAIN);
    return () => { alive = false; clearInterval(timer); };
  }, [areaId]);
  return names;
}

/** The panel: as many of the shops as there is room for. */
export function Thanks({ shops }) {
  return html`<section class="thanks" aria-labelledby="thanks"><h3 id="thanks">红城星店鸣谢</h3>
    <p class="dim">本月以优惠感谢联户长的店铺，按店名</p>
    <ul>${shops.map((shop) => html`<li key=${shop.id}><b>${shop.name}</b><span class="dim">${shop.area.name}</span></li>`)}</ul>
  </section>`;
}
