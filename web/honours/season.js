// A season: its terms, its nominations or its list, and the objections that wait; with what the viewer may do.

import { Decide } from "../parts/decide.js";
import { html, useState } from "../parts/html.js";
import { List } from "../parts/list.js";
import { usePages } from "../parts/pages.js";
import { moment } from "../parts/wishes.js";
import { api } from "../session.js";
import { Propose } from "./propose.js";
import { nominationSteps, objectionSteps, seasonSteps } from "./steps.js";
import { dayOf, deeds, nextStep, NOMINATION_STATE, ruleOf, SEASON_STATE, SUBJECT } from "./words.js";

const PAGE = 100; // nominations at once
const NONE = { edges: [], pageInfo: { hasNextPage: false } };

/** The season as `usePages` gives its nominations; it is null where there is none. */
function useSeason(id, changes) {
  return usePages(async (page) => {
    const { node: season } = await api.ask("SeasonDetail", { id, ...page });
    return { ...(season?.nominations ?? NONE), season };
  }, `${id} ${changes}`, PAGE);
}

/** `manages`: whether the viewer looks after seasons, and is given the form of a draft by `onEdit`. */
export function Season({ id, changes, onChange, onBack, onEdit }) {
  const { found, wrong, again, onMore } = useSeason(id, changes);
  const [proposing, setProposing] = useState(false);
  const draw = (season) => {
    const ready = ["PUBLISH", "CONCLUDE"].some((action) => season.availableActions.includes(action));
    const next = onEdit && !ready && nextStep(season);
    const edits = onEdit && season.availableActions.includes("EDIT");
    return html`<h2>${season.title} <span class="tag">${SEASON_STATE[season.state]}</span></h2>
      <${Terms} season=${season} />
      ${season.supported && html`<p class="notice-line">您家支持：${season.supported.name}</p>`}
      ${next && html`<p class="notice-line">${next}</p>`}
      <${Decide} steps=${seasonSteps(season)} onDone=${onChange}>
        ${season.availableActions.includes("NOMINATE") && html`<button class="first" onClick=${() => setProposing(true)}>提名</button>`}
        ${edits && html`<button class="quiet" onClick=${() => onEdit(season)}>修改方案</button>`}
      </${Decide}>
      ${season.openObjections.edges.length > 0 && html`<${Objections} season=${season} changes=${changes} onDone=${onChange} />`}
      <${Nominations} season=${season} rows=${found.nodes} onMore=${onMore} onDone=${onChange} />
      ${proposing && html`<${Propose} season=${season} onClose=${() => setProposing(false)}
        onDone=${() => { setProposing(false); onChange(); }} />`}`;
  };
  return html`<section class="card" aria-label="这一期">
    <p><button type="button" class="quiet" onClick=${onBack}>← 各期评选</button></p>
    ${wrong && html`<p role="alert" class="wrong">${wrong} <button class="quiet" onClick=${again}>再试</button></p>`}
    ${!found && !wrong && html`<p role="status">正在打开…</p>`}
    ${found && (found.season ? draw(found.season) : html`<p>找不到这一期。</p>`)}
  </section>`;
}

function Terms({ season }) {
  const { benefit, benefitQuantity, benefitValidDays } = season;
  const pairs = [
    ["评什么", `${season.area.name} · ${SUBJECT[season.subject]} · 名额 ${season.quota} 个`],
    ["依据", season.basis], ["说明", html`<span class="typed">${season.criteria}</span>`],
    ["条件", season.rule && ruleOf(season.rule)],
    ["事迹", `${dayOf(season.deedsFrom)}至 ${dayOf(season.deedsUntil)}`],
    ["提名", `${dayOf(season.nominateFrom)}至 ${dayOf(season.nominateUntil)}`],
    ["公示", season.noticeUntil ? `到 ${moment(season.noticeUntil)}` : `${season.noticeDays} 天`],
    ["专享", benefit && `${benefit.shop.name} ${benefit.title}，每人 ${benefitQuantity} 次，${benefitValidDays} 天内`],
    ["取消原因", season.cancelReason],
  ];
  return html`<dl class="particulars">${pairs.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}>
    <dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** As they were drawn, never by numbers. */
function Nominations({ season, rows, onMore, onDone }) {
  const title = { NOTICE: "公示名单", CONCLUDED: "致谢名单" }[season.state] ?? "提名";
  if (!rows.length) return null;
  const row = (one) => html`<article class="piece">
    <h4>${one.name} <span class="tag">${NOMINATION_STATE[one.state]}</span></h4>
    <p class="dim">${one.community?.name}${one.supports > 0 ? ` · ${one.supports} 户支持，只供参考` : ""}</p>
    ${one.evidence && html`<p>${deeds(one.evidence)}</p>`}
    ${one.unmet?.length > 0 && html`<p class="wrong">不符合：${one.unmet.join("、")}</p>`}
    ${one.reason && html`<p>提名理由：<span class="typed">${one.reason}</span></p>`}
    ${one.decision && html`<p>决定：<span class="typed">${one.decision}</span></p>`}
    <${Decide} steps=${nominationSteps(one)} onDone=${onDone} />
  </article>`;
  return html`<h3>${title}</h3><p class="hint">次序是抽定的，与支持的户数无关。</p>
    <${List} rows=${rows} row=${row} empty="" onMore=${onMore} />`;
}

/** All that wait, which may be many once a list is published. */
function Objections({ season, changes, onDone }) {
  const { found, wrong, again, onMore } = usePages(async (page) => (await api.ask("SeasonObjections", { id: season.id, ...page }))
    .node.openObjections, changes);
  const row = (one) => html`<article class="piece">
    <h4>${one.nomination?.name} <span class="tag">${one.kind === "EVIDENCE" ? "对事迹" : "对公示"}</span></h4>
    <p class="said"><span class="typed">${one.text}</span>
      <span class="dim"> · ${one.requesterName ? `${one.requesterName}，` : ""}${moment(one.submittedAt)}</span></p>
    <${Decide} steps=${objectionSteps(one)} onDone=${onDone} />
  </article>`;
  return html`<section class="objections" aria-label="待答复的异议"><h3>待答复的异议</h3>
    ${wrong && html`<p role="alert" class="wrong">${wrong} <button class="quiet" onClick=${again}>再试</button></p>`}
    ${!found && !wrong && html`<p role="status">正在打开…</p>`}
    ${found && html`<${List} rows=${found.nodes} row=${row} empty="都已答复。" onMore=${onMore} />`}</section>`;
}
