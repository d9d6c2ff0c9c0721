// Somebody is proposed: oneself, one's head, one's household or building; or, by who looks after the season, a head who
// meets its rule.

import { Choices } from "../parts/choices.js";
import { Dialog } from "../parts/dialog.js";
import { UNANSWERED, useDraft } from "../parts/draft.js";
import { Field, Form } from "../parts/form.js";
import { html, useEffect, useState } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";
import { deeds } from "./words.js";

const PAGES = 5; // asked for at once, until one has somebody
const FIELDS = ["nomineeId", "reason", "unit"];
const TYPE = { HEAD: "联户长", HOUSEHOLD: "住户", UNIT: "楼栋", BUILDING: "楼栋" };

/** Whom the viewer can choose: pairs of id and name, and the cursor of more. */
async function choicesOf(season) {
  const { viewer } = await api.ask("NominationChoices");
  const { household, householdHead } = viewer;
  const own = {
    HEAD: [householdHead && [householdHead.id, `我自己（${householdHead.name}）`],
      household?.head && [household.head.id, `我家的联户长 ${household.head.name}`]],
    HOUSEHOLD: [household && [household.id, `我家（${household.contactName}）`]],
  }[season.subject] ?? [household?.building && [household.building.id, `我家这栋 ${household.building.name}`]];
  if (season.subject !== "HEAD") return { choices: own.filter(Boolean) };
  const { choices, after } = await candidatesOf(season);
  return { choices: [...own, ...choices].filter(Boolean), after };
}

/** The next heads that meet the rule, and the cursor of more; none for who does not look after the season. A page looks
 * at some of the heads: those without any are passed over. */
async function candidatesOf(season, after = null, pages = PAGES) {
  const { node: { candidates } } = await api.ask("SeasonCandidates", { id: season.id, first: 50, after });
  const found = candidates?.edges.map(({ node: { head, evidence } }) => head
    && [head.id, `${head.name}：${deeds(evidence)}`]) ?? [];
  const choices = found.filter(Boolean);
  const next = candidates?.pageInfo.hasNextPage ? candidates.pageInfo.endCursor : null;
  return choices.length || !next || pages <= 1 ? { choices, after: next } : candidatesOf(season, next, pages - 1);
}

export function Propose({ season, onClose, onDone }) {
  const [{ choices, after }, setFound] = useState({ choices: null, after: null });
  const [failed, setFailed] = useState("");
  useEffect(() => { choicesOf(season).then(setFound, (error) => setFailed(error.message)); }, []);
  const more = () => candidatesOf(season, after).then(
    (page) => setFound({ choices: [...choices, ...page.choices], after: page.after }), (error) => setFailed(error.message),
  );
  const { draft, wrong, unanswered, change, send } = useDraft({
    key: `propose:${season.id}`, blank: () => ({ nomineeId: "", reason: "", unit: "" }), document: "NominationPropose",
    input: ({ nomineeId, reason, unit, requestNo }) => ({ seasonId: season.id, nomineeId, reason, unit, requestNo }),
    field: ({ field }) => field?.findLast((part) => FIELDS.includes(part)),
    onDone: () => { toast("已提名，等本人同意"); return onDone(); },
  });
  if (!draft) return null;
  const amiss = () => ({
    ...(draft.nomineeId ? {} : { nomineeId: "请选一位" }), ...(draft.reason.trim() ? {} : { reason: "请填写此项" }),
    ...(season.subject === "UNIT" && !draft.unit.trim() ? { unit: "请填写单元，例如 2单元" } : {}),
  });
  const next = after && html`<button type="button" class="quiet" onClick=${more}>更多联户长</button>`;
  return html`<${Dialog} title="提名" onClose=${onClose}>
    ${failed && html`<p role="alert" class="wrong">${failed}</p>`}
    ${choices?.length === 0 && html`<p>${after ? "查过的还没有符合条件的，可以接着找。"
    : `这里没有您可以提名的${TYPE[season.subject]}，请告诉社区。`}</p>${next}`}
    ${choices?.length > 0 && html`<${Form} button=${unanswered ? "再试一次" : "提名"} onSend=${() => send(amiss())}>
      <p>本人同意后才算，不同意的不会公开。</p>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      <${Choices} id="nominee" kind="choices nominees" label=${TYPE[season.subject]} choices=${choices} value=${draft.nomineeId}
        error=${wrong.nomineeId} disabled=${draft.sent} onValue=${(nomineeId) => change({ nomineeId })} />
      ${next}
      ${season.subject === "UNIT" && html`<${Field} id="unit" label="单元" hint="例如 2单元" value=${draft.unit}
        error=${wrong.unit} readonly=${draft.sent} onValue=${(unit) => change({ unit })} />`}
      <${Field} id="why" label="为什么提名" hint="本人和负责的人看得到，最多 300 个字" multiline value=${draft.reason}
        error=${wrong.reason} readonly=${draft.sent} onValue=${(reason) => change({ reason })} />
    </${Form}>`}
  </${Dialog}>`;
}
