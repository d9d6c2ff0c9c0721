// The till: on the left one customer after another, on the right the day; on a phone one of them at a time.

import { Frame, mount } from "../parts/frame.js";
import { html, useEffect, useState } from "../parts/html.js";
import { api } from "../session.js";
import { Day } from "../till/day.js";
import { Sale } from "../till/sale.js";

const TAKES_PART = ["ACTIVE", "SUSPENDED"];

function Till({ viewer }) {
  const [shops, setShops] = useState(null);
  const [wrong, setWrong] = useState("");
  const look = () => {
    setWrong("");
    api.ask("MyShops", { first: 100 }).then(({ viewer: { shops: found } }) => {
      setShops(found.edges.map((edge) => edge.node).filter((shop) => TAKES_PART.includes(shop.state)));
    }, (failed) => setWrong(failed.message));
  };
  useEffect(look, []);
  if (viewer.roles.includes("SHOP_STAFF") && shops?.length) return html`<${Open} viewer=${viewer} shops=${shops} />`;
  return html`<${Frame} title="收银台" viewer=${viewer} busy=${false}>
    <main class="narrow card">
      ${wrong && html`<p role="alert" class="wrong">${wrong} <button class="quiet" onClick=${look}>再试</button></p>`}
      ${!wrong && !shops && html`<p role="status">正在打开…</p>`}
      ${shops && html`<h2>这里给店员用</h2><p>您不是店员：请让店主加您为店员，或<a href="/">回到入口</a>。</p>
        <p>自己开店的，可以<a href="/admin">申请加入红城星店</a>。</p>`}
    </main>
  </${Frame}>`;
}

function Open({ viewer, shops }) {
  const [shop, setShop] = useState(shops.find((one) => one.state === "ACTIVE") ?? shops[0]);
  const [tab, setTab] = useState("sale");
  const [idle, setIdle] = useState(false);
  const [changes, setChanges] = useState(0);
  const changed = () => setChanges((count) => count + 1);
  useEffect(() => api.subscribe("RedemptionChanged", {}, changed), []);
  const tabs = { sale: "收银", day: "明细" };
  const owns = shop.availableActions.includes("EDIT");
  const tools = html`<${Shops} shops=${shops} shop=${shop} onShop=${setShop} />
    ${owns && html`<a class="quiet" href=${`/admin#shop/${encodeURIComponent(shop.id)}`}>管店</a>`}`;
  return html`<${Frame} title="收银台" viewer=${viewer} busy=${!idle} tools=${tools}>
    <main class="till">
      <nav class="tabs till-tabs" aria-label="收银或明细">${Object.entries(tabs).map(([name, label]) => html`<button
        aria-current=${tab === name ? "page" : undefined} onClick=${() => setTab(name)}>${label}</button>`)}</nav>
      <section aria-label="收银" hidden=${tab !== "sale"}>
        <${Sale} shopIds=${shops.map((one) => one.id)} suspended=${suspended(shop, shops)} onIdle=${setIdle} onChange=${changed} />
      </section>
      <section aria-label="明细" hidden=${tab !== "day"}>
        <${Day} key=${shop.id} shop=${shop} changes=${changes} onChange=${changed} />
      </section>
    </main>
  </${Frame}>`;
}

/** What is said where nothing can be redeemed, since the shop is suspended; else nothing. */
const suspended = ({ name, state, stateReason }, shops) => state === "SUSPENDED"
  && `${name}已暂停合作${stateReason ? `：${stateReason}` : ""}${shops.some((one) => one.state === "ACTIVE") ? "。在别的店收银，请在上面换店铺。" : ""}`;

function Shops({ shops, shop, onShop }) {
  if (shops.length === 1) return html`<span class="who">${shop.name}</span>`;
  const choose = (event) => onShop(shops.find((one) => one.id === event.currentTarget.value));
  return html`<select aria-label="店铺" value=${shop.id} onChange=${choose}>
    ${shops.map((one) => html`<option value=${one.id}>${one.name}</option>`)}</select>`;
}

mount(Till, { as: true });
