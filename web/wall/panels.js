// What turns on the wall: of each period its places and what was done together; after the last, what all periods share.

import { html } from "../parts/html.js";
import { Honours, useHonoured } from "./honours.js";
import { Notices, useNoticed } from "./notices.js";
import { Thanks, useThanked } from "./thanks.js";

export const BOARD = "board";
export const TOGETHER = "together";

/** What all periods share: panels that have something to show, with their rows and how some of these are shown. */
export function useShared(areaId) {
  const shops = useThanked(areaId);
  const honours = useHonoured(areaId);
  const noticed = useNoticed(areaId);
  const all = [
    { name: "thanks", title: "鸣谢", rows: shops, show: (some) => html`<${Thanks} shops=${some} />` },
    { name: "honours", title: "致谢", rows: honours, show: (some) => html`<${Honours} honours=${some} />` },
    { name: "notices", title: "公示", rows: noticed, show: (some) => html`<${Notices} nominations=${some} />` },
  ];
  return all.filter(({ rows }) => rows?.length);
}

// The most pages of a shared panel in one round: the rest are on in the next, so that a long list holds up no board.
const AT_ONCE = 4;

/** What follows a turn; null where nothing does.
 *
 *  @param on `{period, panel, page, turn, begun, left}`: `begun` at which page the panel began in this round, `left` at
 *  which each shared panel goes on in the next
 *  @param has `{places, shared, periods}`: pages of places on the board of now, 0 for none; `[name, pages]` of each
 *  shared panel; the periods by turns */
export function following({ period, panel, page, turn, begun = 0, left: before = {} }, { places, shared, periods }) {
  const at = panel === BOARD && places === 0 ? TOGETHER : panel;
  const pages = at === BOARD ? places : at === TOGETHER ? 1 : shared.find(([name]) => name === at)?.[1] ?? 0;
  const isShared = at !== BOARD && at !== TOGETHER;
  const left = isShared ? { ...before, [at]: page + 1 < pages ? page + 1 : 0 } : before;
  const to = (next) => ({ period, page: 0, begun: 0, left, turn: turn + 1, ...next });
  const more = page + 1 < pages && !(isShared && page + 1 - begun >= AT_ONCE);
  if (more) return to({ panel: at, page: page + 1, begun });
  if (at === BOARD) return to({ panel: TOGETHER });
  const place = periods.indexOf(period);
  if (at === TOGETHER && place + 1 < periods.length) return to({ panel: BOARD, period: periods[place + 1] });
  const [next, count] = shared[isShared ? shared.findIndex(([name]) => name === at) + 1 : 0] ?? [];
  if (next) {
    const start = left[next] < count ? left[next] : 0;
    return to({ panel: next, page: start, begun: start });
  }
  const first = periods[0] ?? period;
  const alone = at === TOGETHER && first === period && places === 0;
  return alone ? null : to({ panel: BOARD, period: first });
}
