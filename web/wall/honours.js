// Honours in force, by name and by the nominees' consent, the latest first.

import { html, useEffect, useState } from "../parts/html.js";
import { publicApi } from "../session.js";

const AGAIN = 10 * 60_000; // milliseconds
const MOST = 30;

/** The honours, undefined until they are read; those that were read last stay while the network is away. */
export function useHonoured(areaId) {
  const [found, setFound] = useState(undefined);
  useEffect(() => {
    let alive = true;
    const ask = async () => {
      const { honourRoll } = await publicApi.ask("HonourRoll", { areaId, first: MOST });
      const now = publicApi.now();
      const rows = honourRoll?.edges.map(({ node }) => node) ?? [];
      if (alive) setFound(rows.filter((one) => Date.parse(one.honouredUntil) > now));
    };
    const quietly = () => ask().catch(() => {});
    quietly();
    const timer = setInterval(quietly, AGAIN);
    return () => { alive = false; clearInterval(timer); };
  }, [areaId]);
  return found;
}

/** The panel: as many of the honours as there is room for. */
export function Honours({ honours }) {
  return html`<section class="thanks" aria-labelledby="honours"><h3 id="honours">致谢</h3>
    <p class="dim">经提名、公示，本人同意公开</p>
    <ul>${honours.map((one) => html`<li key=${one.id}><b>${one.name}</b>
      <span class="dim">${one.community?.name} · ${one.season.title}</span></li>`)}</ul>
  </section>`;
}
