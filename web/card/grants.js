// What the head was given: discounts that are for who holds a grant, how often they can still be used, and until when.

import { html } from "../parts/html.js";
import { usePages } from "../parts/pages.js";
import { linkTo } from "../parts/place.js";
import { api } from "../session.js";
import { barred, dateOf } from "./words.js";

const SHOWN = ["OPEN", "UPCOMING"];

const askGrants = async (page) => (await api.ask("MyGrants", page)).viewer.householdHead.grants;

/** Nothing where there is none. `passes` that are live; `taking` as of `useTaking`; `changes` counts what has changed. */
export function Grants({ passes, taking, changes }) {
  const pages = usePages(askGrants, changes);
  const open = (pages.found?.nodes ?? []).filter((one) => SHOWN.includes(one.state) && one.discount);
  if (!open.length && !pages.onMore) return null;
  const passOf = (grant) => passes.find((one) => one.discount.id === grant.discount.id);
  return html`<section class="card" aria-labelledby="granted">
    <h2 id="granted">荣誉专享</h2>
    <ul class="list">${open.map((grant) => html`<li key=${grant.id}><${Granted} grant=${grant} pass=${passOf(grant)}
      taking=${taking} /></li>`)}</ul>
    ${pages.onMore && html`<button class="quiet" onClick=${pages.onMore}>更多</button>`}
  </section>`;
}

function Granted({ grant, pass, taking: { taking, failing, wrong, take } }) {
  const { id, title, shop, obstacle } = grant.discount;
  const busy = taking?.discountId === id;
  return html`<div class="offer">
    <p><b>${title}</b><span class="dim"> ${shop.name} · ${shop.address}</span>
      <span class="granted">还能用 <b>${grant.left}</b> 次，${dateOf(grant.validUntil)}前有效（含当天）</span>
      <span class="dim">谢谢您：<span class="typed">${grant.note}</span></span>
      ${!pass && obstacle && html`<span class="barred">${barred(obstacle)}</span>`}</p>
    ${pass ? html`<a class="quiet" href=${linkTo("passes", pass.id)}>出示</a>`
      : !obstacle && html`<button class="first" aria-label=${`领取 ${title}`} aria-busy=${busy} disabled=${Boolean(taking) && !busy}
        onClick=${() => take(grant.discount)}>${busy ? "…" : "领取"}</button>`}
    ${busy && failing && html`<p role="status" class="wrong">网络不通，正在重试。恢复后自动领取，只算一次。</p>`}
    ${wrong.discountId === id && html`<p role="alert" class="wrong">${wrong.message}</p>`}
  </div>`;
}
