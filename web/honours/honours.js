// Seasons of honours, for residents, heads and who looks after them alike: the server says what each may do. The one
// that is opened stands in the address.

import { html, useState } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { linkTo, usePlace } from "../parts/place.js";
import { api } from "../session.js";
import { Mine } from "./nominations.js";
import { Season } from "./season.js";
import { dayOf, SEASON_STATE, SUBJECT } from "./words.js";

const Draft = lazily("Draft", () => import("./draft.js"));

/** What of a season is said in its row. */
function whatNow(season) {
  if (season.state === "OPEN") return `提名到 ${dayOf(season.nominateUntil)}`;
  if (season.undecided !== null && season.state === "REVIEW") return `还有 ${season.undecided} 项未定，名单 ${season.shortlisted} 项`;
  return `名额 ${season.quota} 个`;
}

/** `areaId`: whose seasons, and those above; `manages`: whether the viewer drafts seasons here; `own`: whether there
 *  is a viewer, who may have nominations. `onChange` is told that something was done. */
export function Honours({ areaId = null, manages = false, own = true, changes = 0, onChange = () => {} }) {
  const [done, setDone] = useState(0);
  const [, opened] = usePlace();
  const [drafting, setDrafting] = useState(null); // the season that is changed; {} for a new one
  const open = (id) => { location.hash = id ? linkTo("honours", id) : linkTo("honours"); };
  const changed = () => { setDone((count) => count + 1); onChange(); };
  const all = changes + done;
  const pages = usePages(async (page) => (await api.ask("Seasons", { areaId, ...page })).seasons, all);
  if (drafting) {
    return html`<${Draft} season=${drafting.id ? drafting : null} onClose=${() => setDrafting(null)}
      onDone=${(made) => { setDrafting(null); open(made.id); changed(); }} />`;
  }
  if (opened) {
    return html`<${Season} key=${opened} id=${opened} changes=${all} onChange=${changed} onBack=${() => open(null)}
      onEdit=${manages && setDrafting} />`;
  }
  const row = (season) => html`<button type="button" class="wish" onClick=${() => open(season.id)}>
    <b>${season.title}</b><span class="tag">${SEASON_STATE[season.state]}</span>
    <span class="dim">${season.area.name} · ${SUBJECT[season.subject]} · ${whatNow(season)}</span></button>`;
  return html`${own && html`<${Mine} changes=${all} onChange=${changed} />`}
    <${Paged} title="各期评选" pages=${pages} row=${row} empty="还没有评选。"><h2>各期评选</h2>
      ${manages && html`<p><button type="button" class="primary" onClick=${() => setDrafting({})}>起草一期</button></p>`}</${Paged}>`;
}
