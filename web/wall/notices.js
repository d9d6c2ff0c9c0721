// Who is on a published list now: until when, and how to object.

import { html } from "../parts/html.js";
import { publicApi } from "../session.js";
import { useAgain, whole } from "./whole.js";
import { monthAndDay } from "./words.js";

const MOST = 10; // lists

async function published(areaId) {
  const seasons = await whole(async (page) => (await publicApi.ask("Seasons", { areaId, ...page })).seasons);
  const now = publicApi.now();
  const running = seasons.filter((one) => one.state === "NOTICE" && Date.parse(one.noticeUntil) > now).slice(0, MOST);
  const lists = await Promise.all(running.map(async (season) => {
    const named = await whole(async (page) => (await publicApi.ask("SeasonDetail", { id: season.id, ...page })).node?.nominations);
    return named.map((one) => ({ ...one, season }));
  }));
  return lists.flat();
}

/** The nominations of the lists that are published, undefined until they are read. */
export const useNoticed = (areaId) => useAgain(published, areaId);

/** The panel: as many of the names as there is room for. */
export function Notices({ nominations }) {
  return html`<section class="thanks" aria-labelledby="notices"><h3 id="notices">公示</h3>
    <p class="dim">有异议的，请在公示期内到“评选公示”页面提出，或告诉社区</p>
    <ul>${nominations.map((one) => html`<li key=${one.id}><b>${one.name}</b>
      <span class="dim">${one.community?.name} · ${one.season.title}</span>
      <span class="dim">公示到 ${monthAndDay(one.season.noticeUntil)}</span></li>`)}</ul>
  </section>`;
}
