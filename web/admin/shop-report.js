// A shop's month: what it gave, on which days and with what; and of people, only what tells of nobody.

import { Bars } from "../parts/chart.js";
import { html, useState } from "../parts/html.js";
import { Month } from "../parts/month.js";
import { usePages } from "../parts/pages.js";
import { Paged } from "../parts/paged.js";
import { api } from "../session.js";
import { day, yuan } from "../xingdian.js";
import { One, Particulars, useOne } from "./lists.js";

const HOURS = 3600_000;
const thisMonth = () => day(api.now() - 2 * HOURS).slice(0, 7); // a business day begins at 02:00
const WEEKDAYS = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

/** The month before the one that is now: it is settled, and all of it can be told. */
function lastMonth() {
  const [year, month] = thisMonth().split("-").map(Number);
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, "0")}`;
}

export function Report({ shop, changes }) {
  const [month, setMonth] = useState(lastMonth);
  const ask = async () => (await api.ask("ShopReport", { shopId: shop.id, month, first: 1 })).shopReport;
  const one = useOne(ask, `${changes} ${month}`);
  return html`<${Month} id="month" label="哪个月" max=${thisMonth()} value=${month} onValue=${(one) => setMonth(one || lastMonth())} />
    <${One} one=${one} draw=${(report) => html`<${Figures} of=${report} />`} />
    <${ByDiscount} key=${month} shop=${shop} month=${month} changes=${changes} />`;
}

function Figures({ of: report }) {
  const { complete, thanks } = report;
  const people = [
    ["来过的联户长", report.heads], ["第一次来", report.newHeads], ["以前来过", report.returningHeads],
    ["领了没用的优惠码", report.passesNotUsed], ["收到致谢", thanks.total], ["快捷", thanks.quick], ["热心", thanks.kind],
    ["实惠", thanks.good],
  ];
  // Where few stand behind a figure it is not told, nor where another one would follow from it.
  const hidden = people.some(([, { count }]) => count === null);
  const few = people.filter(([, { fewerThan }]) => fewerThan);
  return html`<${Particulars} of=${[
      ["核销", `${report.redemptions} 笔`], ["让利", `¥${yuan(report.savedFen)}`], ["原价合计", `¥${yuan(report.billsFen)}`],
      ["平均每笔", report.averageBillFen !== null && `¥${yuan(report.averageBillFen)}`],
      ...(complete ? people.map(([name, { count }]) => [name, count]) : []),
    ].filter(([, value]) => value !== false)} />
    ${!complete && html`<p class="dim">来了多少人、多少次致谢，等这个月结清后显示。</p>`}
    ${complete && few.length > 0 && html`<p>少于 ${few[0][1].fewerThan} 位联户长：${few.map(([name]) => name).join("、")}</p>`}
    ${complete && hidden && html`<p class="dim">不到 5 位联户长的数不显示，能推算出来的也不显示。</p>`}
    ${report.redemptions > 0 && html`<${Bars} title="按星期" series=${["核销笔数"]}
      rows=${report.byWeekday.map((one) => ({ name: WEEKDAYS[one.weekday - 1], values: [one.redemptions] }))} />`}`;
}

function ByDiscount({ shop, month, changes }) {
  const ask = async (page) => {
    const { shopReport } = await api.ask("ShopReport", { shopId: shop.id, month, ...page });
    const { edges, pageInfo } = shopReport?.byDiscount ?? { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
    return { edges: edges.map(({ node }, place) => ({ node: { id: node.discount?.id ?? place, ...node } })), pageInfo };
  };
  const row = (one) => html`<div class="entry"><p><b>${one.discount?.title ?? "优惠"}</b></p>
    <p class="amount-line">${one.redemptions} 笔<span class="dim">让利 ¥${yuan(one.savedFen)}</span></p></div>`;
  return html`<${Paged} title="按优惠" pages=${usePages(ask, changes)} row=${row} empty="这个月没有核销。"><h3>按优惠</h3></${Paged}>`;
}
