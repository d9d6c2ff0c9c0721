// A closed board: its places as they were, with what errata make of them.

import { html } from "./html.js";

/** The window of a board in words: 2026年10月, 2026年第3季度. */
export function windowOf({ period, startsAt, endsAt }) {
  const [year, month, day] = startsAt.slice(0, 10).split("-").map(Number);
  if (period === "MONTH") return `${year}年${month}月`;
  if (period === "QUARTER") return `${year}年第${(month + 2) / 3}季度`;
  if (period === "YEAR") return `${year}年`;
  const last = new Date(Date.parse(endsAt) - 1).toLocaleDateString("zh-CN", { timeZone: "Asia/Shanghai", month: "long", day: "numeric" });
  return `${year}年${month}月${day}日至${last}`;
}

/** What errata make of a place; nothing where they change nothing. */
export function Corrected({ of: { correctedRank, correctedPoints } }) {
  if (correctedPoints === 0) return html`<span class="corrected">更正：积分已全部收回</span>`;
  if (correctedRank === null) return null;
  const points = correctedPoints === null ? "" : `，${correctedPoints} 分`;
  return html`<span class="corrected">更正为第 ${correctedRank} 名${points}</span>`;
}

/** One place, as a row of a list. */
export function ClosedPlace({ place }) {
  const { rank, points, head, isMe } = place;
  return html`<div class=${isMe ? "closed-place own-place" : "closed-place"}>
    <span class="rank"><span class="unseen">第</span>${rank}<span class="unseen">名</span></span>
    <span class="name">${head.displayName}${isMe && html`<b class="tag">我</b>`} <small class="dim">${head.areaName}</small>
      <${Corrected} of=${place} /></span>
    <span class="points">${points}<small> 分</small></span></div>`;
}
