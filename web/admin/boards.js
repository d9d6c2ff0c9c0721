// Closed boards: of an area, the newest first, with their hashes; one of them with its places and errata.

import { useChildren, useSubdistricts } from "../parts/areas.js";
import { ClosedPlace, windowOf } from "../parts/closed.js";
import { html, useState } from "../parts/html.js";
import { List } from "../parts/list.js";
import { usePages } from "../parts/pages.js";
import { api } from "../session.js";
import { Filter, linkTo, Listed, Panel, Particulars, Row, Title } from "./lists.js";
import { moment } from "./words.js";

const PERIODS = [["MONTH", "月榜"], ["WEEK", "周榜"], ["QUARTER", "季榜"], ["YEAR", "年榜"]];
const CAUSES = { REVERSAL: "积分冲正", LATE_RATING: "住户补评" };
const choices = (all, areas) => [["", all], ...areas.map((area) => [area.id, area.name])];

export function Boards({ opened, changes }) {
  const [period, setPeriod] = useState("MONTH");
  const [above, setAbove] = useState("");
  const [community, setCommunity] = useState("");
  const [subdistricts, communities] = [useSubdistricts(), useChildren(above)];
  const areaId = community || above || null;
  const ask = async (page) => (await api.ask("BoardClosings", { ...page, areaId, period })).boardClosings;
  const row = (one) => html`<${Row} to=${linkTo("board", one.id)} opened=${one.id === opened} title=${windowOf(one)}
    tag=${one.corrections > 0 ? `更正 ${one.corrections} 条` : null}>
    <span class="dim">${one.scored} 位有积分，共 ${one.participants} 位参加</span>
    <span class="dim">指纹 <code>${one.sha256.slice(0, 16)}</code></span></${Row}>`;
  return html`<${Listed} key=${`${areaId} ${period}`} title="封榜存档" ask=${ask} changes=${changes} row=${row}
    empty="还没有封榜。每期结束 24 小时后自动封榜。">
    <div class="filters">
      <${Filter} label="周期" choices=${PERIODS} value=${period} onValue=${setPeriod} />
      <${Filter} label="街道" choices=${choices("全区", subdistricts)} value=${above}
        onValue=${(id) => { setAbove(id); setCommunity(""); }} />
      ${above && html`<${Filter} label="社区" choices=${choices("整个街道", communities)} value=${community}
        onValue=${setCommunity} />`}
    </div></${Listed}>`;
}

export function Board({ id, changes }) {
  const [one, setOne] = useState(undefined);
  const ask = async (page) => {
    const { node } = await api.ask("BoardClosing", { id, errata: 100, ...page });
    setOne(node?.closedAt ? node : null);
    return node?.places ?? { edges: [], pageInfo: { hasNextPage: false } };
  };
  const { found, wrong, again, onMore } = usePages(ask, changes);
  const errata = one?.errata?.edges.map((edge) => edge.node) ?? [];
  return html`<${Panel} label="这次封榜" back=${["#boards", "封榜存档"]}>
    ${wrong && html`<p role="alert" class="wrong">${wrong}
      <button type="button" class="quiet" onClick=${again}>再试</button></p>`}
    ${one === undefined && !wrong && html`<p role="status">正在打开…</p>`}
    ${one === null && html`<p>找不到这次封榜。</p>`}
    ${one && html`<${Title}>${one.area.name} ${windowOf(one)}</${Title}>
      <p class="dim">封榜于 ${moment(one.closedAt)} · ${one.scored} 位有积分，共 ${one.participants} 位参加</p>
      ${found && html`<section aria-label="名次"><${List} empty="这一期没有人有积分。" onMore=${onMore}
        row=${({ place }) => html`<${ClosedPlace} place=${place} />`}
        rows=${found.nodes.map((place) => ({ id: place.key, place }))} /></section>`}
      ${errata.length > 0 && html`<section class="errata" aria-label="更正"><h3>更正</h3><${List} empty="" rows=${errata.map((node) => ({
        id: node.number, node }))} row=${({ node }) => html`<${Erratum} of=${node} />`} /></section>`}
      <details><summary>指纹</summary><p><code class="secret">${one.sha256}</code></p>
        ${one.previousSha256 && html`<p class="dim">上一次：<code class="secret">${one.previousSha256}</code></p>`}</details>`}
  </${Panel}>`;
}

function Erratum({ of: one }) {
  const now = one.toRank === null ? "不再有名次" : `第 ${one.toRank} 名`;
  return html`<article class="piece"><h4>${one.head.displayName} <span class="tag">${CAUSES[one.cause]}</span></h4>
    <${Particulars} of=${[["积分", `${one.fromPoints} → ${one.toPoints}`], ["名次", `第 ${one.fromRank} 名 → ${now}`],
      ["时间", moment(one.at)]]} /></article>`;
}
