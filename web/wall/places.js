// A page of places, each with a bar as long as its points; and what was done together.

import { html } from "../parts/html.js";
import { PERIODS } from "./words.js";

/** `turn` counts the turns: each page comes in softly. Rows stay where they are, whoever is in them. */
export function Places({ entries, page, rows, turn }) {
  const most = entries[0].points;
  return html`<ol class="places" data-turn=${turn % 2} style=${{ "--rows": rows }} aria-label="名次">
    ${entries.slice(page * rows, (page + 1) * rows).map(({ rank, points, head }, place) => html`<li key=${place}
      class=${rank <= 3 ? "place first" : "place"} style=${{ "--share": points / most }}>
      <span class="rank"><span class="unseen">第</span>${rank}<span class="unseen">名</span></span>
      <span class="name">${head.displayName} <small>${head.areaName}</small></span>
      <span class="points">${points}<small> 分</small></span>
    </li>`)}
  </ol>`;
}

/** How many heads are on the board, and their points, where all of them are here. */
export function Line({ board, entries }) {
  const points = entries.reduce((sum, one) => sum + one.points, 0);
  return html`<p class="together">${board.scored} 位联户长在榜上${entries.length === board.scored
    && `，一起得到 ${points} 分`}</p>`;
}

const NEVER = ["GRID", "BUILDING"]; // have places
const ENOUGH = 5; // heads with points, for places

/** Why there are no places, and when there will be. */
function noPlaces({ area, scored }, spoken) {
  if (NEVER.includes(area.kind)) return "网格和楼栋不公开名次，请看社区的榜单。";
  return scored ? `${spoken}榜上有 ${scored} 位联户长得分，满 ${ENOUGH} 位就有名次。` : `参加积分榜的联户长满 ${ENOUGH} 位得分，这里就有名次。`;
}

/** What was done together, by whoever helped, on the board or not; and a word where there are no places to show. */
export function Together({ board, places }) {
  const [, spoken, before] = PERIODS[board.period];
  const { wishes, households, heads, perThousandHouseholds, previous } = board.together;
  if (wishes === 0 && board.scored === 0) {
    return html`<div class="early"><h3>好事正要开始</h3><p>${spoken}的第一个微心愿，等您来点单，也等您来接单。</p></div>`;
  }
  const figures = [[wishes, "件心愿办成了"], [households, "户邻居得到帮助"], [heads, "位联户长出了力"]];
  const compared = [perThousandHouseholds >= 1 && `每千户 ${perThousandHouseholds} 件`,
    previous?.wishes > 0 && `${before}办成 ${previous.wishes} 件`].filter(Boolean).join("，");
  return html`<section class="wall-together" aria-labelledby="done">
    <h3 id="done">${spoken}，我们一起</h3>
    <ul>${figures.map(([count, what]) => html`<li key=${what}><b>${count}</b> ${what}</li>`)}</ul>
    ${compared && html`<p>${compared}</p>`}
    ${!places && html`<p>${noPlaces(board, spoken)}</p>`}
  </section>`;
}
