// Areas compared, and the points of one of them month by month.

import { Compared } from "../parts/compared.js";
import { html, useState } from "../parts/html.js";
import { api } from "../session.js";
import { day } from "../xingdian.js";
import { linkTo, One, Panel, Particulars, Title, useOne } from "./lists.js";
import { moment } from "./words.js";

export function Areas({ opened }) {
  return html`<p class="row"><a class="quiet" href="#area/all">全区的积分收支 ›</a></p>
    <${Compared} areaId=${null} title="各社区与全区相比" linkTo=${(area) => linkTo("area", area.id)} opened=${opened} />`;
}

/** One area, or all of the district: its points in a month, and its parts compared. */
export function Area({ id, changes }) {
  const [month, setMonth] = useState(null);
  const areaId = id === "all" ? null : id;
  const one = useOne(async () => (await api.ask("PointsEconomy", { areaId, month })).pointsEconomy, `${changes} ${month}`);
  return html`<div class="beside">
    <${Panel} label="这个区域" back=${["#areas", "全部社区"]}>
      <${One} one=${one} draw=${(found) => html`<${Economy} of=${found} onMonth=${setMonth} />`} />
    </${Panel}>
    ${areaId && html`<${Compared} areaId=${areaId} title="其中的网格" />`}
  </div>`;
}

/** The month before or after: 2026-05. */
const beside = (month, by) => {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + by)).toISOString().slice(0, 7);
};

// What lasts so long has no end that anybody plans for.
const MANY_MONTHS = 120;

const percent = (share) => (share === null ? "" : `，占 ${Math.round(100 * share)}%`);

function Economy({ of: one, onMonth }) {
  const [year, month] = one.month.split("-").map(Number);
  const over = one.month < day(api.now()).slice(0, 7);
  return html`<${Title}>${one.area.name}的积分</${Title}>
    <div class="window"><button type="button" aria-label="上个月" onClick=${() => onMonth(beside(one.month, -1))}>‹</button>
      <b>${year}年${month}月</b>
      <button type="button" aria-label="下个月" disabled=${!over} onClick=${() => onMonth(beside(one.month, 1))}>›</button></div>
    <${Particulars} of=${[
      ["发放", `${one.issued} 分`], ["核销花掉", `${one.spent} 分`],
      ["退回", one.returned > 0 && `${one.returned} 分，撤销和异议`], ["冲正收回", one.reversed > 0 && `${one.reversed} 分`],
    ].map(([name, value]) => [name, value || null])} />
    <h3>结余</h3>
    <p class="dim">截至 ${moment(one.asOf)}。</p>
    <${Particulars} of=${[
      ["还没花掉", `${one.outstanding} 分：可用 ${one.available}，待入账 ${one.pending}，占用 ${one.held}`],
      ["欠分", one.debt > 0 ? `${one.debt} 分` : null],
      ["联户长", `${one.heads} 人在任`],
      ["当天换得起", one.heads > 0 ? `${one.headsAble} 人${percent(one.shareAble)}` : null],
      ["用过优惠", one.heads > 0 ? `${one.headsEver} 人${percent(one.shareEver)}` : null],
      ["进行中的优惠", one.offers ? `${one.offers} 项，最低 ${one.cheapestCost} 分，中间 ${one.medianCost} 分` : "没有，请联系店铺"],
      ["店铺接得住", `${one.remaining} 分${one.shopsUnlimited ? `，另有 ${one.shopsUnlimited} 家没有上限` : ""}`],
      ["还够", one.monthsOfSupply === null ? null
        : `${one.monthsOfSupply > MANY_MONTHS ? "十年以上" : `${one.monthsOfSupply} 个月`}，按这个月的花费`],
    ]} />`;
}
