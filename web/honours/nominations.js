// One's own nominations: whether to consent, whether the evidence is right, what came of it; and those that one made.

import { Decide } from "../parts/decide.js";
import { html } from "../parts/html.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { moment } from "../parts/wishes.js";
import { api } from "../session.js";
import { nominationSteps } from "./steps.js";
import { deeds, lastDay, NOMINATION_STATE, OBJECTION_STATE, SUBJECT } from "./words.js";

const ask = async (page) => (await api.ask("MyNominations", page)).viewer.nominations;

export function Mine({ changes, onChange }) {
  const pages = usePages(ask, changes);
  if (pages.found && !pages.found.nodes.length) return null;
  return html`<${Paged} title="我的提名" pages=${pages} empty=""
    row=${(one) => html`<${Nominated} nomination=${one} onDone=${onChange} />`}><h2>我的提名</h2></${Paged}>`;
}

function Nominated({ nomination, onDone }) {
  const { season, evidence, evidenceUntil, unmet, decision, honouredUntil, revokeReason } = nomination;
  const checking = nomination.availableActions.includes("OBJECT") && season.state === "REVIEW";
  return html`<article class="piece">
    <h3>${nomination.name} <span class="tag">${NOMINATION_STATE[nomination.state]}</span></h3>
    <p>${season.title}（${SUBJECT[season.subject]}）</p>
    ${nomination.reason && html`<p>提名理由：<span class="typed">${nomination.reason}</span></p>`}
    ${evidence && html`<p>${deeds(evidence)}</p>`}
    ${unmet?.length > 0 && html`<p class="dim">不符合的条件：${unmet.join("、")}</p>`}
    ${checking && html`<p class="notice-line">请核对事迹，有误的在 ${moment(evidenceUntil)} 前提出异议。</p>`}
    ${nomination.supports > 0 && html`<p class="dim">有 ${nomination.supports} 户支持，只供参考</p>`}
    ${decision && html`<p>决定：<span class="typed">${decision}</span></p>`}
    ${honouredUntil && !revokeReason && html`<p>致谢有效到 ${lastDay(honouredUntil)}${nomination.consentWithdrawnAt && "，姓名不公开"}</p>`}
    ${revokeReason && html`<p>撤销原因：<span class="typed">${revokeReason}</span></p>`}
    ${nomination.objections.edges.map(({ node }) => html`<${Objected} key=${node.id} objection=${node} />`)}
    <${Decide} steps=${nominationSteps(nomination)} onDone=${onDone} />
  </article>`;
}

/** An objection and its answer, without who made it. */
export function Objected({ objection: { text, state, answer } }) {
  return html`<p class="said">异议（${OBJECTION_STATE[state]}）：<span class="typed">${text}</span>
    ${answer && html`<br />答复：<span class="typed">${answer}</span>`}</p>`;
}
