// What was redeemed: the last one said as it happens, or as soon as the network is back; all of them; and disputes.

import { html, useEffect, useState } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";
import { Paged } from "../parts/paged.js";
import { moment } from "../parts/wishes.js";
import { api, read, write } from "../session.js";
import { yuan } from "../xingdian.js";
import { Thank } from "./thank.js";

const Disputing = lazily("Disputing", () => import("./dispute.js"));

const SEEN = "card:seen"; // goes with the session
const NEWS = 24 * 3600_000; // milliseconds: for as long it can be disputed
const DISPUTE = { OPEN: "已提出异议，等区里处理", UPHELD: "异议成立", REJECTED: "异议不成立", SETTLED: "店铺已撤销，异议了结" };

export const askRedemptions = async (page) => (await api.ask("MyRedemptions", page)).viewer.householdHead.redemptions;

/** What one got: a gift, or how much was saved. */
const saved = ({ savedFen, discount }) =>
  (discount?.benefit.__typename === "Gift" ? `得到 ${discount.benefit.name}` : `省了 ¥${yuan(savedFen)}`);

const points = ({ costPoints }) => (costPoints ? `，用了 ${costPoints} 分` : "");

/** The last one, until one has seen it. */
export function JustRedeemed({ pages, onChange }) {
  const [seen, setSeen] = useState(undefined);
  useEffect(() => void read(SEEN).then((id) => setSeen(id ?? null), () => setSeen(null)), []);
  const last = pages.found?.nodes[0];
  const news = last && last.state === "CONFIRMED" && api.now() - Date.parse(last.confirmedAt) < NEWS;
  if (!news || seen === undefined || seen === last.id) return null;
  const close = async () => {
    await write(SEEN, last.id).catch(() => {}); // then it is said again
    setSeen(last.id);
  };
  return html`<section class="card good" aria-labelledby="redeemed" role="status">
    <h2 id="redeemed">✓ 已核销，${saved(last)}</h2>
    <p>${last.shop?.name}，${last.discount?.title}：应付 ¥${yuan(last.payableFen)}${points(last)}。</p>
    <${Thank} redemption=${last} onDone=${onChange} />
    <button class="primary" onClick=${close}>知道了</button>
    <${Dispute} redemption=${last} onDone=${onChange} />
  </section>`;
}

export function Redeemed({ pages, onChange }) {
  const row = (one) => html`<div>
    <p><b>${one.discount?.title ?? "优惠"}</b> · ${one.shop?.name}<span class="dim"> · ${moment(one.confirmedAt)}</span></p>
    <p>应付 ¥${yuan(one.payableFen)}，${saved(one)}${points(one)}</p>
    ${one.state === "REVOKED" && html`<p class="wrong">店铺已撤销，积分已退回：${one.revokeReason}</p>`}
    ${one.state === "REVERSED" && html`<p class="wrong">已冲正，积分已退回</p>`}
    ${one.dispute && html`<p>${DISPUTE[one.dispute.state]}${one.dispute.decisionReason && `：${one.dispute.decisionReason}`}</p>`}
    <${Thank} redemption=${one} onDone=${onChange} />
    <${Dispute} redemption=${one} onDone=${onChange} />
  </div>`;
  if (!pages.found && !navigator.onLine) return null; // the head of the page says so
  return html`<${Paged} title="核销记录" pages=${pages} row=${row} empty="还没有核销过。">
    <h2>核销记录</h2>
  </${Paged}>`;
}

function Dispute({ redemption, onDone }) {
  const [open, setOpen] = useState(false);
  if (!redemption.availableActions.includes("DISPUTE")) return null;
  const done = () => { setOpen(false); onDone(); };
  return html`<button class="quiet" onClick=${() => setOpen(true)}>这笔不对，提出异议</button>
    ${open && html`<${Disputing} redemption=${redemption} onClose=${() => setOpen(false)} onDone=${done} />`}`;
}
