// Areas compared: each beside what chance makes of the rate of the whole. By name: there are no ranks.

import { api } from "../session.js";
import { Ranges } from "./chart.js";
import { html, useState } from "./html.js";
import { List } from "./list.js";
import { usePages } from "./pages.js";

const PERIODS = { WEEK: "周", MONTH: "月", QUARTER: "季度", YEAR: "年", ALL: "全部" };
const BANDS = { ABOVE: "高于", SIMILAR: "相近", BELOW: "低于", TOO_FEW: "太少，无法比较" };
const AT_ONCE = 100;
const DAY = 86_400_000; // milliseconds

/** The parts of an area (null: the district), each a link to `linkTo(area)` where that is given. `children` stand beside
 *  the choice of a period, and in place of the heading. */
export function Compared({ areaId, title, linkTo, opened, children }) {
  const [period, setPeriod] = useState("YEAR");
  const [at, setAt] = useState(null);
  const choose = (event) => {
    setPeriod(event.currentTarget.value);
    setAt(null);
  };
  return html`<section class="card" aria-label=${title}>
    ${!children && html`<h2>${title}</h2>`}
    <div class="filters">${children}<label class="filter"><span>周期</span><select value=${period} onChange=${choose}>
      ${Object.entries(PERIODS).map(([one, name]) => html`<option key=${one} value=${one}>${name}</option>`)}
    </select></label></div>
    <${Board} key=${`${areaId} ${period} ${at}`} ...${{ areaId, period, at, linkTo, opened }} onAt=${setAt} />
  </section>`;
}

function Board({ areaId, period, at, linkTo, opened, onAt }) {
  const [board, setBoard] = useState(undefined);
  const ask = async ({ after }) => {
    const { areaBoard } = await api.ask("AreaBoard", { areaId, period, at, first: AT_ONCE, after });
    setBoard(areaBoard);
    return areaBoard?.rows ?? { edges: [], pageInfo: { hasNextPage: false } };
  };
  const { found, wrong, again, onMore } = usePages(ask, 0);
  const most = Math.max(1, ...(found?.nodes ?? []).flatMap((row) => [row.wishes ?? 0, row.most ?? 0]));
  const row = (one) => html`<${Area} of=${one} most=${most} to=${linkTo?.(one.area)} opened=${one.id === opened} />`;
  return html`${wrong && html`<p role="alert" class="wrong">${wrong}
      <button type="button" class="quiet" onClick=${again}>再试</button></p>`}
    ${!found && !wrong && html`<p role="status">正在打开…</p>`}
    ${board && html`<${Window} board=${board} onAt=${onAt} />
      <p>${board.area.name} <b>${board.whole.wishes}</b> 个心愿，${board.whole.households} 户${board.whole.rate === null ? ""
        : `，每千户 ${board.whole.rate} 个`}。</p>
      <p class="hint">圆点是实际的心愿数，条上的一段是同样多的住户单凭偶然会有的范围。按名称排列，没有名次。</p>`}
    ${found && html`<${List} rows=${found.nodes.map((node) => ({ ...node, id: node.area.id }))} row=${row} onMore=${onMore}
      empty="这里没有可以比较的下级区域。" />`}`;
}

/** Which window it is, and the way to the one before and after it. */
function Window({ board: { period, startsAt, endsAt }, onAt }) {
  if (!startsAt) return null;
  const over = Date.parse(endsAt) <= api.now();
  const before = new Date(Date.parse(startsAt) - DAY).toISOString();
  return html`<div class="window"><button type="button" aria-label="上一期" onClick=${() => onAt(before)}>‹</button>
    <b>${windowText(period, startsAt, endsAt)}</b>
    <button type="button" aria-label="下一期" disabled=${!over} onClick=${() => onAt(endsAt)}>›</button></div>`;
}

/** A window in words: 2026年, 2026年第2季度, 2026年5月, 5月11日至17日. The server writes Beijing time. */
function windowText(period, startsAt, endsAt) {
  const [year, month, day] = startsAt.slice(0, 10).split("-").map(Number);
  if (period === "YEAR") return `${year}年`;
  if (period === "QUARTER") return `${year}年第${(month + 2) / 3}季度`;
  if (period === "MONTH") return `${year}年${month}月`;
  const last = new Date(Date.parse(`${endsAt.slice(0, 10)}T00:00:00Z`) - DAY);
  return `${year}年${month}月${day}日至${last.getUTCMonth() + 1}月${last.getUTCDate()}日`;
}

function Area({ of: one, most, to, opened }) {
  const told = one.wishes !== null; // strangers are told of the band alone
  const expected = one.expected === null ? "" : ` · 该有 ${one.expected}，偶然范围 ${one.least}–${one.most}`;
  const before = one.previous ? ` · 上期 ${one.previous.wishes}` : "";
  const inside = html`<b>${one.area.name}</b><span class="tag">${BANDS[one.band]}</span>
    ${told && html`<${Ranges} most=${most} from=${one.least} to=${one.most} at=${one.wishes} />`}
    <span class="dim">${told && `${one.wishes} 个心愿${expected}${before} · `}${one.households} 户</span>`;
  return to ? html`<a class="wish" href=${to} aria-current=${opened ? "true" : undefined}>${inside}</a>`
    : html`<div class="wish">${inside}</div>`;
}
