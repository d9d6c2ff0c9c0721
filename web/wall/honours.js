// Honours in force, by name and by the nominees' consent, the latest first.

import { html } from "../parts/html.js";
import { publicApi } from "../session.js";
import { useAgain, whole } from "./whole.js";

async function inForce(areaId) {
  const rows = await whole(async (page) => (await publicApi.ask("HonourRoll", { areaId, ...page })).honourRoll);
  const now = publicApi.now();
  return rows.filter((one) => Date.parse(one.honouredUntil) > now);
}

/** The honours, undefined until they are read. */
export const useHonoured = (areaId) => useAgain(inForce, areaId);

/** The panel: as many of the honours as there is room for. */
export function Honours({ honours }) {
  return html`<section class="thanks" aria-labelledby="honours"><h3 id="honours">致谢</h3>
    <p class="dim">经提名、公示，本人同意公开</p>
    <ul>${honours.map((one) => html`<li key=${one.id}><b>${one.name}</b>
      <span class="dim">${one.community?.name} · ${one.season.title}</span></li>`)}</ul>
  </section>`;
}
