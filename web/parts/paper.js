// What a service record says, on a screen and on paper.

import { day, time } from "../xingdian.js";
import { html } from "./html.js";
import { CATEGORY } from "./wishes.js";

/** A day in full, for a paper that lies about for years. */
function inFull(text) {
  const [year, month, at] = text.split("-").map(Number);
  return `${year} 年 ${month} 月 ${at} 日`;
}

/** `children`: what goes with it, such as its QR code. */
export function Paper({ of: record, children }) {
  const { deeds, households, byCategory, ratedCount, averageStars, automatic, issuedAt } = record;
  const kinds = byCategory.map((one) => `${CATEGORY[one.category]} ${one.deeds} 件`).join("，");
  return html`<article class="paper" aria-label="服务证明">
    <h2>联户长服务证明</h2>
    <p class="paper-name">${record.headName}</p>
    <p>${inFull(record.from)} 至 ${inFull(record.until)}</p>
    <p>办成微心愿 <b class="amount">${deeds}</b> 件，服务 <b class="amount">${households}</b> 户</p>
    ${kinds && html`<p>${kinds}</p>`}
    ${averageStars !== null && html`<p>住户和回访评分 ${ratedCount} 次，平均 ${averageStars} 星</p>`}
    ${automatic > 0 && html`<p>另有 ${automatic} 件到期无人评单，不计入件数</p>`}
    <p class="dim">每一件都由住户评过，或由社区回访评过，3 星及以上。截至 ${inFull(day(issuedAt))} ${time(issuedAt)}。</p>
    ${children}
  </article>`;
}
