// A new version of the reward rule: its terms, a dry run over a past month, and only then its making.

import { UNANSWERED, useDraft } from "../parts/draft.js";
import { CATEGORIES } from "../parts/wishes.js";
import { Field, Form, Wrong } from "../parts/form.js";
import { html, useEffect, useState } from "../parts/html.js";
import { Month } from "../parts/month.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";
import { day } from "../xingdian.js";
import { One, Panel, Title, useOne } from "./lists.js";
import { Trial } from "./trial.js";

const KEY = "admin:rule"; // goes with the session
const STARS = [3, 4, 5];
const [MAX_POINTS, MAX_CAP, MAX_NOTE] = [1000, 100_000, 200];
const DAY = 24 * 3600_000;
const FIELDS = ["dailyCap", "monthlyHouseholdCap", "effectiveFrom", "note"];

const base = (category) => `base-${category}`;
const bonus = (stars) => `bonus-${stars}`;
const POINTS = [...CATEGORIES.map(([category]) => base(category)), ...STARS.map(bonus)];

const isWhole = (text, most) => /^\d{1,6}$/.test(text.trim()) && Number(text) <= most;
const lastMonth = () => day(Date.parse(`${day(api.now()).slice(0, 7)}-01T00:00:00+08:00`) - DAY).slice(0, 7);

/** A draft with the terms of a version, or empty ones. */
function termsOf(rule) {
  const points = Object.fromEntries([
    ...(rule?.base ?? []).map((one) => [base(one.category), String(one.points)]),
    ...(rule?.bonus ?? []).map((one) => [bonus(one.stars), String(one.points)]),
  ]);
  return {
    ...Object.fromEntries(POINTS.map((name) => [name, points[name] ?? ""])),
    dailyCap: String(rule?.dailyCap ?? ""), monthlyHouseholdCap: String(rule?.monthlyHouseholdCap ?? ""), note: "",
    effectiveFrom: day(api.now() + DAY),
  };
}

const cap = (text) => (text.trim() ? Number(text) : null);

/** The terms as the trial and the mutation take them. */
const terms = (row) => ({
  base: CATEGORIES.map(([category]) => ({ category, points: Number(row[base(category)]) })),
  bonus: STARS.map((stars) => ({ stars, points: Number(row[bonus(stars)]) })),
  dailyCap: cap(row.dailyCap), monthlyHouseholdCap: cap(row.monthlyHouseholdCap),
});

const input = (row) => ({
  ...terms(row), note: row.note, requestNo: row.requestNo, effectiveFrom: `${row.effectiveFrom}T00:00:00+08:00`,
});

/** What is wrong with the terms before they are sent, by field. */
function amiss(row) {
  const points = POINTS.filter((name) => !isWhole(row[name], MAX_POINTS)).map((name) => [name, `0 到 ${MAX_POINTS}`]);
  const caps = ["dailyCap", "monthlyHouseholdCap"].filter((name) => row[name].trim() && !isWhole(row[name], MAX_CAP))
    .map((name) => [name, `0 到 ${MAX_CAP}，或留空`]);
  return Object.fromEntries([...points, ...caps]);
}

/** `acts`: whether the viewer may make a version, and not only try one. */
export function Rule({ acts, onChange }) {
  const one = useOne(async () => {
    const { rewardRules } = await api.ask("RewardRules", { first: 20 });
    const [newest, ...others] = rewardRules.edges.map((edge) => edge.node);
    return { rule: [newest, ...others].find((rule) => rule?.inForce) ?? newest };
  }, 0);
  return html`<${Panel} label="新版积分规则" back=${["#rules", "各版规则"]}>
    <${One} one=${one} draw=${({ rule }) => html`<${Terms} rule=${rule} acts=${acts} onChange=${onChange} />`} /></${Panel}>`;
}

function Terms({ rule, acts, onChange }) {
  const { draft, wrong, unanswered, change, send, drop } = useDraft({
    key: KEY, blank: () => termsOf(rule), document: "RewardRuleCreate", input,
    field: (error) => error.field?.findLast((part) => FIELDS.includes(part)),
    onDone: (made) => { toast(`第 ${made.version} 版已制定，到时自动生效`); onChange(); location.hash = "#rules"; },
  });
  const [month, setMonth] = useState(lastMonth);
  const [tried, setTried] = useState(null); // the terms of the trial that is shown, and what it found
  const [bad, setBad] = useState({});
  useEffect(() => setBad({}), [draft]);
  if (!draft) return null;
  const now = JSON.stringify(terms(draft));
  const fresh = draft.sent || tried?.terms === now;
  const attempt = async () => {
    const found = amiss(draft);
    setBad(found);
    if (Object.keys(found).length) return;
    const { rewardRuleTrial } = await api.ask("RewardRuleTrial", { .../** @type {any} */ (terms(draft)), month });
    setTried({ terms: now, found: rewardRuleTrial });
  };
  const shown = { ...wrong, ...bad };
  const number = (name, label) => html`<${Field} key=${name} id=${name} label=${label} inputmode="numeric"
    value=${draft[name]} error=${shown[name]} onValue=${(value) => change({ [name]: value })} />`;
  return html`<${Title}>${acts ? "制定新版积分规则" : "试算一套积分规则"}</${Title}>
    <${Form} button="试算" disabled=${draft.sent} onSend=${attempt}>
      <fieldset class="fields" disabled=${draft.sent}>
        <fieldset class="numbers"><legend>基础分</legend>
          <div>${CATEGORIES.map(([category, name]) => number(base(category), name))}</div></fieldset>
        <fieldset class="numbers"><legend>评价加分</legend><div>${STARS.map((stars) => number(bonus(stars), `${stars} 星`))}</div>
        </fieldset>
        <div class="pair">${number("dailyCap", "每人每日上限（空为不设）")}
          ${number("monthlyHouseholdCap", "每人每户每月上限（空为不设）")}</div>
        <${Month} id="month" label="用哪个月试算" max=${day(api.now()).slice(0, 7)} value=${month}
          onValue=${(value) => { setMonth(value || lastMonth()); setTried(null); }} />
        <p class="hint">写下的内容留在这台设备上。<button type="button" class="quiet" onClick=${() => { drop(); setTried(null); }}>
          改回现行规则</button></p>
      </fieldset>
    </${Form}>
    ${tried && html`<${Trial} trial=${tried.found} />`}
    ${tried && !fresh && html`<p class="notice-line">改动后还没有试算：请再试算一次。</p>`}
    ${acts && fresh && html`<${Form} button=${draft.sent ? "再试一次" : "制定"} onSend=${() => send()}>
      <h3>从哪天起生效</h3>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      <${Field} id="effectiveFrom" label="生效日期（当天 0 点起）" type="date" min=${day(api.now() + DAY)}
        value=${draft.effectiveFrom} disabled=${draft.sent} error=${wrong.effectiveFrom} onValue=${(effectiveFrom) => change({ effectiveFrom })} />
      <${Field} id="note" label="说明（可不填）" multiline hint=${`最多 ${MAX_NOTE} 个字`} value=${draft.note} error=${wrong.note}
        disabled=${draft.sent} onValue=${(note) => change({ note })} />
      <p class="hint">之前办结的不变。制定后不能修改，生效前可以撤回。</p>
    </${Form}>`}
    <${Wrong} text=${wrong.all ?? ""} />`;
}
