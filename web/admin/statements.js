// Statements: the closed days of all shops, one of them row by row, acknowledged for the district, and as a file.

import { download } from "../parts/download.js";
import { html, useState } from "../parts/html.js";
import { List } from "../parts/list.js";
import { Month } from "../parts/month.js";
import { usePages } from "../parts/pages.js";
import { api } from "../session.js";
import { time, yuan } from "../xingdian.js";
import { Filter, linkTo, Listed, none, Panel, Row, Title } from "./lists.js";
import { Steps } from "./steps.js";
import { date, moment } from "./words.js";

const WAITING = [["DISTRICT", "区里还没确认"], ["SHOP", "店铺还没确认"], ["", "全部"]];

export function Statements({ opened, changes }) {
  const [waitingFor, setWaitingFor] = useState("DISTRICT");
  const [month, setMonth] = useState("");
  const ask = async (page) => (await api.ask("StatementsToAcknowledge", {
    ...page, waitingFor: waitingFor || null, month: month || null,
  })).statements;
  const row = (one) => html`<${Row} to=${linkTo("statement", one.id)} opened=${one.id === opened} title=${one.shop.name}
    tag=${`¥${yuan(one.payableFen)}`}><span class="dim">${date(one.date)} · ${one.redemptions} 笔</span>
    <${Acknowledged} of=${one} /></${Row}>`;
  return html`<${Listed} key=${`${waitingFor} ${month}`} title="结算单" ask=${ask} changes=${changes} row=${row}
    empty=${none(waitingFor ? Object.fromEntries(WAITING)[waitingFor] : month && "这个月", "结算单")}>
    <div class="filters">
      <${Filter} label="确认" choices=${WAITING} value=${waitingFor} onValue=${setWaitingFor} />
      <${Month} id="month" label="月份" kind="filter" value=${month} onValue=${setMonth} />
    </div></${Listed}>`;
}

/** Who has acknowledged a statement. */
export function Acknowledged({ of: one }) {
  const said = (at) => (at ? "已确认" : "未确认");
  return html`<span class="dim">店铺${said(one.shopAcknowledgedAt)} · 区里${said(one.districtAcknowledgedAt)}</span>`;
}

/** The totals of a day or a month. */
export function Sums({ of: one }) {
  const sum = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="totals">
    ${sum("笔数", one.redemptions)}${sum("原价", `¥${yuan(one.billFen)}`)}${sum("应收", `¥${yuan(one.payableFen)}`)}
    ${sum("让利", `¥${yuan(one.savedFen)}`)}${sum("积分", one.points)}
    ${one.corrections > 0 && sum("更正", one.corrections)}${one.revoked > 0 && sum("撤销", one.revoked)}</dl>`;
}

/** Buttons for the files of a day (`{ date }`) or a month (`{ month }`). */
export function Download({ shop, span, formats }) {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const get = async (format) => {
    setBusy(true);
    setWrong("");
    await api.ask("StatementFile", { shopId: shop.id, format, ...span }).then(
      ({ statementFile: file }) => (file ? download(file) : setWrong("没有可下载的内容")),
      (failed) => setWrong(failed.message),
    );
    setBusy(false);
  };
  const NAMES = { XLSX: "Excel", CSV: "CSV", JSON: "规范格式" };
  return html`<div class="steps-row">${formats.map((format) => html`<button key=${format} type="button" disabled=${busy}
      onClick=${() => get(format)}>下载 ${NAMES[format]}</button>`)}</div>
    ${wrong && html`<p role="alert" class="wrong">${wrong}</p>`}`;
}

export function Statement({ id, changes, onChange }) {
  const [one, setOne] = useState(undefined);
  const ask = async (page) => {
    const { node } = await api.ask("StatementDetail", { id, ...page });
    setOne(node?.rows ? node : null);
    return node?.rows ?? { edges: [], pageInfo: { hasNextPage: false } };
  };
  const { found, wrong, again, onMore } = usePages(ask, changes);
  const row = ({ node }) => html`<div class=${node.kind === "CORRECTION" ? "sale off" : "sale"}>
    <span class="left">${time(node.happenedAt)}</span>
    <span class="what">${node.redemption.headName} · ${node.redemption.discount?.title}
      <span>${node.kind === "CORRECTION" ? "更正，冲回以前结算的一笔 · " : ""}原价 ¥${yuan(node.billFen)}
        ${node.requestNo && ` · ${node.requestNo}`}</span></span>
    <span class="paid">¥${yuan(node.payableFen)}</span></div>`;
  return html`<${Panel} label="这张结算单" back=${["#statements", "全部结算单"]}>
    ${wrong && html`<p role="alert" class="wrong">${wrong}
      <button type="button" class="quiet" onClick=${again}>再试</button></p>`}
    ${one === undefined && !wrong && html`<p role="status">正在打开…</p>`}
    ${one === null && html`<p>找不到这张结算单，可能已不在您的管理范围内。</p>`}
    ${one && html`<${Title}>${date(one.date)}</${Title}>
      <p><a href=${linkTo("shop", one.shop.id, "months")}>${one.shop.name}</a>
        <span class="dim"> · 关账于 ${moment(one.closedAt)}</span></p>
      <${Sums} of=${one} />
      <p><${Acknowledged} of=${one} /></p>
      <${Steps} actions=${one.availableActions} from=${{ ACKNOWLEDGE: "StatementAcknowledge" }} id=${id}
        given=${{ sha256: one.sha256 }} what=${`${one.shop.name} ${date(one.date)}`} onDone=${onChange} />
      <${Download} shop=${one.shop} span=${{ date: one.date }} formats=${["XLSX", "CSV", "JSON"]} />
      ${found && html`<section aria-label="各行"><${List} row=${row} empty="没有明细。" onMore=${onMore}
        rows=${found.nodes.map((node) => ({ id: node.place, node }))} /></section>`}
      <details><summary>指纹</summary><p><code class="secret">${one.sha256}</code></p>
        ${one.previousSha256 && html`<p class="dim">上一张：<code class="secret">${one.previousSha256}</code></p>`}</details>`}
  </${Panel}>`;
}
