// What a dry run of a reward rule found: in all, by category, and who would gain or lose most.

import { useFocus } from "../parts/focus.js";
import { CATEGORY as WISH } from "../parts/wishes.js";
import { Bars } from "../parts/chart.js";
import { html } from "../parts/html.js";

const signed = (points) => (points > 0 ? `+${points}` : String(points).replace("-", "−"));

export function Trial({ trial }) {
  const place = useFocus(trial);
  const { whole } = trial;
  const sum = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  const [year, month] = trial.month.split("-").map(Number);
  return html`<section class="trial" aria-labelledby="trial">
    <h3 id="trial" tabindex="-1" ref=${place}>${year}年${month}月试算</h3>
    <dl class="totals">${sum("办结心愿", whole.wishes)}${sum("实际", `${whole.paid} 分`)}
      ${sum("试算", `${whole.wouldPay} 分`)}${sum("增减", `${signed(whole.difference)} 分`)}
      ${sum("受上限扣减", `${trial.capped} → ${trial.wouldCap}`)}</dl>
    ${trial.waiting > 0 && html`<p class="hint">另有 ${trial.waiting} 个心愿还没有评单，两边都没有计入。</p>`}
    <${Bars} title="按类别，积分" series=${["实际", "试算"]} rows=${trial.categories.map(({ category, sums }) => ({
      name: WISH[category], values: [sums.paid, sums.wouldPay],
    }))} />
    ${trial.heads.length > 0 && html`<${Bars} title="增减最多的联户长，积分" series=${["实际", "试算"]}
      rows=${trial.heads.map(({ head, sums }) => ({
        name: head.name, values: [sums.paid, sums.wouldPay],
      }))} />`}
  </section>`;
}
