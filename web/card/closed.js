// The own place in the last month that was closed, and who else had one, as far as it is public.

import { ClosedPlace, Corrected, windowOf } from "../parts/closed.js";
import { html, useEffect, useState } from "../parts/html.js";
import { api } from "../session.js";

const SHOWN = 10;

async function lastClosed(areaId) {
  const { boardClosings } = await api.ask("BoardClosings", { areaId, period: "MONTH", first: 1 });
  const last = boardClosings?.edges[0]?.node;
  return last ? (await api.ask("BoardClosing", { id: last.id, first: SHOWN, errata: 1 })).node : null;
}

/** Nothing before a first month is closed, or without a network: what is closed can wait. */
export function Closed({ viewer, changes }) {
  const [found, setFound] = useState(null);
  const area = viewer.areas.edges.map((edge) => edge.node).find((one) => one.kind === "COMMUNITY");
  useEffect(() => {
    let alive = true;
    if (area) lastClosed(area.id).then((one) => alive && setFound(one), () => {});
    return () => { alive = false; };
  }, [area?.id, changes]);
  if (!found || (!found.me && !found.places?.edges.length)) return null;
  const { me } = found;
  return html`<section class="card" aria-labelledby="closed">
    <h2 id="closed">${windowOf(found)}封榜</h2>
    ${me && html`<p>您在${found.area.name}第 <b>${me.rank}</b> 名，${me.points} 分。 <${Corrected} of=${me} /></p>`}
    ${found.places?.edges.length > 0 && html`<details><summary>看前 ${found.places.edges.length} 位</summary>
      <ul class="list">${found.places.edges.map(({ node }) => html`<li key=${node.key}><${ClosedPlace} place=${node} /></li>`)}
      </ul></details>`}
  </section>`;
}
