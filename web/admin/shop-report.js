// A shop's month: what it gave, on which days and with what; and of people, only what tells of nobody.

import { Bars } from "../parts/chart.js";
import { html, useState } from "../parts/html.js";
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

/** A figure of people, or why there is none. */
function told({ count, fewerThan }, complete) {
  if (count !== null) return String(count);
  if (!complete) return "月底结清后显示";
  return fewerThan ? `少于 ${fewerThan} 人，不显示` : "有一类人数少，不显示";
}

export function Report({ shop, changes }) {
  const [month, setMonth] = useState(lastMonth);
  const ask = async () => (await api.ask("ShopReport", { shopId: shop.id, month, first: 1 })).shopReport;
  const one = useOne(ask, `${changes} ${month}`);
  return html`<div class="field"><label for="month">哪个月</label>
      <input id="month" type="month" max=${thisMonth()} value=${month}
        onChange=${(event) => setMonth(event.currentTarget.value || lastMonth())} /></div>
    <${One} one=${one} draw=${(report) => html`<${Figures} of=${report} />`} />
    <${ByDiscount} key=${month} shop=${shop} month=${month} changes=${changes} />`;
}

function Figures({ of: report }) {
  const { complete, thanks } = report;
  const shown = (figure) => told(figure, complete);
  return html`<${Particulars} of=${[
      ["核销", `${report.redemptions} 笔`], ["让利", `¥${yuan(report.savedFen)}`], ["原价合计", `¥${yuan(report.billsFen)}`],
      ["平均每笔", report.averageBillFen !== null && `¥${yuan(report.averageBillFen)}`],
      ["来过的联户长", shown(report.heads)], ["第一次来", shown(report.newHeads)], ["以前来过", shown(report.returningHeads)],
      ["领了没用的优惠码", shown(report.passesNotUsed)], ["收到致谢", shown(thanks.total)],
      ["快捷", shown(thanks.quick)], ["热心", shown(thanks.kind)], ["实惠", shown(thanks.good)],
    ].filter(([, value]) => value)} />
    ${report.redemptions > 0 && html`<${Bars} title="按星期" series=${["核销笔数"]}
      rows=${report.byWeekday.map((one) => ({ name: WEEKDAYS[one.weekday - 1], values: [one.redemptions] }))} />`}`;
}

function ByDiscount({ shop, month, changes }) {
  const ask = async (page) => {
    const { shopReport } = await api.ask("ShopReport", { shopId: shop.id, month, ...page });
    const { edges, pageInfo } = shopReport?.byDiscount ?? { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
    return { edges: edges.map(({ node }, place) => ({ node: { id: node.discount?.id ?? place, ...node } })), pageInfo };
  };
  const row = (one) => html`<div class="sale"><span class="what">${one.discount?.title ?? "优惠"}<span>原价 ¥${yuan(one.billsFen)}，
    让利 ¥${yuan(one.savedFen)}</span></span><span class="paid">${one.redemptions} 笔</span></div>`;
  return html`<${Paged} title="按优惠" pages=${usePages(ask, changes)} row=${row} empty="这个月没有核销。"><h3>按优惠</h3></${Paged}>`;
}
