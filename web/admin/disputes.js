// Disputes: what a household head objects to, and how it is decided.

import { html, useState } from "../parts/html.js";
import { api } from "../session.js";
import { yuan } from "../xingdian.js";
import { Filter, linkTo, Listed, none, Particulars } from "./lists.js";
import { Steps } from "./steps.js";
import { date, DISPUTE_STATE, moment } from "./words.js";

const STATES = [...Object.entries(DISPUTE_STATE), ["", "全部"]];

export function Disputes({ changes, onChange }) {
  const [state, setState] = useState("OPEN");
  const states = state ? [state] : Object.keys(DISPUTE_STATE);
  const ask = async (page) => (await api.ask("DisputesToDecide", { ...page, states })).disputes;
  return html`<${Listed} key=${state} title="异议" ask=${ask} changes=${changes} empty=${none(DISPUTE_STATE[state], "异议")}
    row=${(one) => html`<${Dispute} dispute=${one} onChange=${onChange} />`}>
    <h2 class="unseen">异议</h2>
    <${Filter} label="状态" choices=${STATES} value=${state} onValue=${setState} /></${Listed}>`;
}

function Dispute({ dispute, onChange }) {
  const { redemption } = dispute;
  return html`<article class="piece">
    <h3><a href=${linkTo("shop", redemption.shop.id)}>${redemption.shop.name}</a> · ${redemption.headName}${" "}
      <span class="tag">${DISPUTE_STATE[dispute.state]}</span></h3>
    <p class="said"><span class="typed">${dispute.reason}</span>
      <span class="dim"> · ${moment(dispute.openedAt)} 提出</span></p>
    <${Particulars} of=${[
      ["核销", `${moment(redemption.confirmedAt)}，${redemption.discount?.title ?? ""}`],
      ["金额", `原价 ¥${yuan(redemption.billFen)}，实付 ¥${yuan(redemption.payableFen)}，让利 ¥${yuan(redemption.savedFen)}`],
      ["积分", redemption.costPoints], ["结算日", date(redemption.statementDay)],
      ["裁定", dispute.decisionReason && `${dispute.decisionReason}（${moment(dispute.decidedAt)}）`],
      ["更正", dispute.correctionDay && `列入 ${date(dispute.correctionDay)} 的结算单`],
    ]} />
    <${Steps} actions=${dispute.availableActions} from=${{ UPHOLD: "DisputeUphold", REJECT: "DisputeReject" }}
      id=${dispute.id} what=${`${redemption.shop.name}，${redemption.headName}`} onDone=${onChange} />
  </article>`;
}
