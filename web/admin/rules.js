// The versions of the reward rule, and the way to a new one.

import { html } from "../parts/html.js";
import { api } from "../session.js";
import { CATEGORY as WISH } from "../home/words.js";
import { Listed, Particulars } from "./lists.js";
import { Steps } from "./steps.js";
import { date, moment } from "./words.js";
import { day } from "../xingdian.js";

const asked = async (page) => (await api.ask("RewardRules", page)).rewardRules;

export const capped = (cap) => (cap === null ? "不设" : `${cap} 分`);

const isToCome = (rule) => !rule.withdrawnAt && Date.parse(rule.effectiveFrom) > api.now();

function stateOf(rule) {
  if (rule.withdrawnAt) return "已撤回";
  if (rule.inForce) return "现行";
  return isToCome(rule) ? "尚未生效" : "已被新版取代";
}

export function Rules({ acts, changes, onChange }) {
  const row = (rule) => html`<article class="piece">
    <h3>第 ${rule.version} 版 <span class="tag">${stateOf(rule)}</span></h3>
    <p class="dim">${date(day(rule.effectiveFrom))} ${moment(rule.effectiveFrom).split(" ")[1]} 起办结的心愿
      ${rule.author && ` · ${rule.author} 制定`}</p>
    <${Particulars} of=${[
      ["基础分", rule.base.map((one) => `${WISH[one.category]} ${one.points}`).join("，")],
      ["评价加分", rule.bonus.map((one) => `${one.stars} 星 ${one.points}`).join("，")],
      ["每人每日上限", capped(rule.dailyCap)], ["每人每户每月上限", capped(rule.monthlyHouseholdCap)],
      ["说明", rule.note && html`<span class="typed">${rule.note}</span>`],
    ]} />
    <${Steps} actions=${rule.availableActions} from=${{ WITHDRAW: "RewardRuleWithdraw" }} id=${rule.id}
      what=${`第 ${rule.version} 版积分规则`} onDone=${onChange} />
  </article>`;
  return html`<a class="button" href="#rule">${acts ? "制定新版" : "试算一套规则"}</a>
    <${Listed} title="积分规则" ask=${asked} changes=${changes} row=${row} empty="还没有积分规则。">
      <h2 class="unseen">积分规则</h2></${Listed}>`;
}
