// Signals: what looked unusual, the figures with their thresholds, what they were raised from, and how they are judged.

import { html, useState } from "../parts/html.js";
import { api } from "../session.js";
import { yuan } from "../xingdian.js";
import { Filter, linkTo, Listed, none, One, Panel, Particulars, Row, Title, useOne } from "./lists.js";
import { Steps } from "./steps.js";
import { date, moment, REDEMPTION_STATE, REWARD_STATE, SIGNAL_KIND, SIGNAL_STATE } from "./words.js";

const STATES = [...Object.entries(SIGNAL_STATE), ["", "全部"]];
const KINDS = [["", "全部类别"], ...Object.entries(SIGNAL_KIND)];

export function Signals({ opened, changes }) {
  const [state, setState] = useState("OPEN");
  const [kind, setKind] = useState("");
  const states = state ? [state] : Object.keys(SIGNAL_STATE);
  const ask = async (page) => (await api.ask("Signals", { ...page, states, kinds: kind ? [kind] : null })).signals;
  const row = (one) => html`<${Row} to=${linkTo("signal", one.id)} opened=${one.id === opened} title=${SIGNAL_KIND[one.kind]}
    tag=${SIGNAL_STATE[one.state]}><span class="dim">${date(one.day)}
    ${[one.shop?.name, one.head?.name].filter(Boolean).map((name) => ` · ${name}`)}</span></${Row}>`;
  return html`<${Listed} key=${`${state} ${kind}`} title="异常提示" ask=${ask} changes=${changes} row=${row}
    empty=${none(SIGNAL_STATE[state], kind ? `“${SIGNAL_KIND[kind]}”` : "提示")}>
    <div class="filters"><${Filter} label="状态" choices=${STATES} value=${state} onValue=${setState} />
      <${Filter} label="类别" choices=${KINDS} value=${kind} onValue=${setKind} /></div></${Listed}>`;
}

export function Signal({ id, changes, onChange }) {
  const one = useOne(async () => {
    const { node } = await api.ask("SignalDetail", { id });
    return node?.kind ? node : null;
  }, changes);
  const draw = (found) => html`<${Title}>${SIGNAL_KIND[found.kind]}</${Title}>
    <p><b>${SIGNAL_STATE[found.state]}</b> <span class="dim">${date(found.day)}</span></p>
    <p>${found.explanation}</p>
    <${Particulars} of=${[
      ["店铺", shopLink(found.shop)], ["另一家店", shopLink(found.otherShop)], ["营业时间", found.shop?.openingHours],
      ["联户长", found.head?.name], ["住户", found.household?.address],
    ]} />
    ${found.figures.length > 0 && html`<table><caption>逐项数据</caption>
      <thead><tr><th scope="col">项目</th><th scope="col">数据</th><th scope="col">提示线</th></tr></thead>
      <tbody>${found.figures.map((figure) => html`<tr key=${figure.name}><th scope="row">${figure.name}</th>
        <td>${figure.value}</td><td>${figure.threshold ?? ""}</td></tr>`)}</tbody></table>`}
    <${Evidence} rows=${found.evidence} onChange=${onChange} />
    ${found.judgedAt && html`<p>${found.judgedBy} 于 ${moment(found.judgedAt)} 研判：<span class="typed">${found.judgement}</span></p>`}
    <${Steps} actions=${found.availableActions} from=${{ JUDGE: ["SignalHarmless", "SignalFollowedUp"] }} id=${found.id}
      what=${SIGNAL_KIND[found.kind]} onDone=${onChange} />`;
  return html`<${Panel} label="这条提示" back=${["#signals", "全部提示"]}><${One} one=${one} draw=${draw} /></${Panel}>`;
}

const shopLink = (shop) => shop && html`<a href=${linkTo("shop", shop.id)}>${shop.name}</a>`;

/** What a signal was raised from. */
function Evidence({ rows, onChange }) {
  if (!rows.length) return null;
  const said = (row) => (row.__typename === "Wish"
    ? html`<div class="piece"><span>心愿“${row.title}”${row.stars && `，${row.stars} 星`}
        ${row.reward && `，${row.reward.points} 分${REWARD_STATE[row.reward.state] ?? ""}`}</span>
        <${Steps} actions=${row.reward?.availableActions ?? []} from=${{ REVERSE: "PointsReverse" }} id=${row.id}
          what=${`“${row.title}”的积分`} onDone=${onChange} /></div>`
    : html`<span>${row.shop.name}，${row.headName}，${row.discount?.title} 原价 ¥${yuan(row.billFen)}，实付
        ¥${yuan(row.payableFen)}${REDEMPTION_STATE[row.state] && `（${REDEMPTION_STATE[row.state]}）`}</span>`);
  return html`<section class="history" aria-labelledby="evidence"><h3 id="evidence">由这些得出</h3>
    <ol>${rows.map((row) => html`<li key=${row.id}><span class="dim">${moment(row.confirmedAt ?? row.completedAt)}</span>
      ${said(row)}</li>`)}</ol></section>`;
}
