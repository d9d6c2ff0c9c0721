// A shop's days: the redemptions of one, and what the closed ones of a month add up to, with its statements.

import { html, useState } from "../parts/html.js";
import { List } from "../parts/list.js";
import { Month } from "../parts/month.js";
import { usePages } from "../parts/pages.js";
import { api } from "../session.js";
import { day, time, yuan } from "../xingdian.js";
import { linkTo, Listed, One, Row, useOne } from "./lists.js";
import { Acknowledged, Download, Sums } from "./statements.js";
import { date, REDEMPTION_STATE } from "./words.js";

const HOURS = 3600_000;
const today = () => day(api.now() - 2 * HOURS); // a business day begins at 02:00

export function Days({ shop, changes }) {
  const [chosen, setChosen] = useState(today);
  return html`<div class="field"><label for="day">哪一天（02:00 到次日 02:00）</label>
      <input id="day" type="date" max=${today()} value=${chosen}
        onChange=${(event) => setChosen(event.currentTarget.value || today())} /></div>
    <${Day} key=${chosen} shop=${shop} of=${chosen} changes=${changes} />`;
}

function Day({ shop, of, changes }) {
  const [sums, setSums] = useState(null);
  const ask = async (page) => {
    const { shopDay } = await api.ask("ShopDay", { shopId: shop.id, date: of, ...page });
    setSums(shopDay);
    return shopDay.redemptions;
  };
  const { found, wrong, again, onMore } = usePages(ask, changes);
  const row = (one) => html`<div class=${one.state === "CONFIRMED" ? "sale" : "sale off"}>
    <span class="left">${time(one.confirmedAt)}</span>
    <span class="what">${one.headName} · ${one.discount?.title}<span>原价 ¥${yuan(one.billFen)}
      ${REDEMPTION_STATE[one.state] && ` · ${REDEMPTION_STATE[one.state]}`}
      ${one.revokeReason && `：${one.revokeReason}`}</span></span>
    <span class="paid">¥${yuan(one.payableFen)}</span></div>`;
  return html`${wrong && html`<p role="alert" class="wrong">${wrong}
      <button type="button" class="quiet" onClick=${again}>再试</button></p>`}
    ${sums && html`<${Sums} of=${{ ...sums, redemptions: sums.count }} />`}
    ${sums?.statement && html`<p><a href=${linkTo("statement", sums.statement.id)}>这一天的结算单</a></p>`}
    ${found && html`<${List} rows=${found.nodes} row=${row} empty="这一天没有核销。" onMore=${onMore} />`}`;
}

export function Months({ shop, changes }) {
  const [month, setMonth] = useState(() => today().slice(0, 7));
  const ask = async (page) => (await api.ask("ShopStatements", { id: shop.id, ...page })).node.statements;
  const row = (one) => html`<${Row} to=${linkTo("statement", one.id)} title=${date(one.date)}
    tag=${`¥${yuan(one.payableFen)}`}><${Acknowledged} of=${one} /></${Row}>`;
  const now = today().slice(0, 7);
  return html`<${Month} id="month" label="哪个月" max=${now} value=${month} onValue=${(one) => setMonth(one || now)} />
    <${OfMonth} key=${month} shop=${shop} month=${month} changes=${changes} />
    <${Listed} title="结算单" ask=${ask} changes=${changes} row=${row} empty="还没有关账的日子。"><h3>各天</h3></${Listed}>`;
}

function OfMonth({ shop, month, changes }) {
  const one = useOne(async () => (await api.ask("StatementMonth", { shopId: shop.id, month })).statementMonth, changes);
  return html`<${One} one=${one} draw=${(sums) => html`<${Sums} of=${sums} />
    <p class="dim">${sums.days} 天已关账，双方都确认的 ${sums.acknowledged} 天${sums.complete ? "" : "；这个月还没有全部关账"}</p>
    ${sums.days > 0 && html`<${Download} shop=${shop} span=${{ month }} formats=${["XLSX", "CSV"]} />`}`} />`;
}
