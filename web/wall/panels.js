// What turns on the wall: of each period its places and what was done together; after the last, what all periods share.

import { html } from "../parts/html.js";
import { Honours, useHonoured } from "./honours.js";
import { Thanks, useThanked } from "./thanks.js";

export const BOARD = "board";
export const TOGETHER = "together";

/** What all periods share: panels that have something to show, with their rows and how some of these are shown. */
export function useShared(areaId) {
  const shops = useThanked(areaId);
  const honours = useHonoured(areaId);
  const all = [
    { name: "thanks", title: "鸣谢", rows: shops, show: (some) => html`<${Thanks} shops=${some} />` },
    { name: "honours", title: "致谢", rows: honours, show: (some) => html`<${Honours} honours=${some} />` },
  ];
  return all.filter(({ rows }) => rows?.length);
}

/** What follows a turn; null where nothing does.
 *
 *  @param on `{period, panel, page, turn}`
 *  @param has `{places, shared, periods}`: pages of places on the board of now, 0 for none; `[name, pages]` of each
 *  shared panel; the periods by turns */
export function following({ period, panel, page, turn }, { places, shared, periods }) {
  const at = panel === BOARD && places === 0 ? TOGETHER : panel;
  const pages = at === BOARD ? places : at === TOGETHER ? 1 : shared.find(([name]) => name === at)?.[1] ?? 0;
  const to = (next) => ({ period, page: 0, turn: turn + 1, ...next });
  if (page + 1 < pages) return to({ panel: at, page: page + 1 });
  if (at === BOARD) return to({ panel: TOGETHER });
  const place = periods.indexOf(period);
  if (at === TOGETHER && place + 1 < periods.length) return to({ panel: BOARD, period: periods[place + 1] });
  const [next] = shared[at === TOGETHER ? 0 : shared.findIndex(([name]) => name === at) + 1] ?? [];
  if (next) return to({ panel: next });
  const first = periods[0] ?? period;
  const alone = at === TOGETHER && first === period && places === 0;
  return alone ? null : to({ panel: BOARD, period: first });
}
