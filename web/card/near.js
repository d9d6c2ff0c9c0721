// The shops with what they offer: what can be had now, and of what can't, why.

import { html, useState } from "../parts/html.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { linkTo } from "../parts/place.js";
import { api } from "../session.js";
import { barred, distance, termsOf } from "./words.js";

const DAY = 24 * 3600_000; // how long a pass lives

/** Whether it can be taken, if not used at once: its hours begin while a pass lives. */
const isSoon = (obstacle) =>
  obstacle.code === "OUTSIDE_HOURS" && obstacle.retryAt !== null && Date.parse(obstacle.retryAt) - api.now() < DAY;

/** `passes` that are live; `taking` as of `useTaking`; `changes` counts what has changed since. */
export function Near({ passes, taking, changes }) {
  const [usable, setUsable] = useState(false);
  const [spot, setSpot] = useState(null);
  const [wrong, setWrong] = useState("");
  const asked = { ...spot, usable, obstacles: true };
  const ask = async (page) => (await api.ask("Nearby", { ...asked, ...page })).shops;
  const pages = usePages(ask, `${changes} ${JSON.stringify(asked)}`);
  const nearest = () => {
    setWrong("");
    if (spot) return setSpot(null);
    return import("./here.js").then(({ here }) => here()).then(setSpot, (failed) => setWrong(failed.message));
  };
  if (!pages.found && !navigator.onLine) return null; // the head of the page says so
  const offered = (discount) => ({
    discount, taking, pass: passes.find((one) => one.discount.id === discount.id),
  });
  const row = (shop) => html`<div class="shop">
    <h3>${shop.name}${shop.distanceMetres !== null && html`<span class="dim"> · ${distance(shop.distanceMetres)}</span>`}</h3>
    <p class="dim">${shop.address}</p>
    ${shop.discounts.edges.map(({ node }) => html`<${Offer} key=${node.id} ...${offered(node)} />`)}
  </div>`;
  return html`<${Paged} title="领优惠码" pages=${pages} row=${row}
    empty=${usable ? "现在没有您能用的优惠。积分、星级够了，或到了时段，这里就有。" : "还没有店铺在做优惠。"}>
    <h2>领优惠码</h2>
    <div class="chips">
      <button aria-pressed=${usable} onClick=${() => setUsable(!usable)}>现在能用的</button>
      <button aria-pressed=${spot !== null} onClick=${nearest}>离我近的在前</button>
    </div>
    ${wrong && html`<p role="alert" class="wrong">${wrong}</p>`}
  </${Paged}>`;
}

function Offer({ discount, pass, taking: { taking, failing, wrong, take } }) {
  const { id, title, obstacle } = discount;
  const busy = taking?.discountId === id;
  return html`<div class="offer">
    <p><b>${title}</b>${obstacle?.code === "NEEDS_GRANT" && html` <span class="tag">专享</span>`}<span class="dim"> ${termsOf(discount)}</span>
      ${obstacle && html`<span class="barred">${barred(obstacle)}</span>`}</p>
    ${pass ? html`<a class="quiet" href=${linkTo("passes", pass.id)}>出示</a>`
      : (!obstacle || isSoon(obstacle)) && html`<button aria-label=${`领取 ${title}`} aria-busy=${busy} disabled=${Boolean(taking) && !busy}
        onClick=${() => take(discount)}>${busy ? "…" : "领取"}</button>`}
    ${busy && failing && html`<p role="status" class="wrong">网络不通，正在重试。恢复后自动领取，只算一次。</p>`}
    ${wrong.discountId === id && html`<p role="alert" class="wrong">${wrong.message}</p>`}
  </div>`;
}
