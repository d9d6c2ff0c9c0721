// An owner's shops, and applying with one.

import { html, useState } from "../parts/html.js";
import { api } from "../session.js";
import { Enter } from "./enter.js";
import { linkTo, Listed, Row } from "./lists.js";
import { CATEGORY, SHOP_STATE } from "./words.js";

const ask = async (page) => (await api.ask("MyShops", page)).viewer.shops;

export function Owned({ opened, changes, onChange }) {
  const [applying, setApplying] = useState(false);
  const row = (shop) => html`<${Row} to=${linkTo("shop", shop.id)} opened=${shop.id === opened} title=${shop.name}
    tag=${CATEGORY[shop.category]}><span class="dim">${shop.kind === "PARTNER" ? "共建单位 · " : ""}${SHOP_STATE[shop.state]} · ${shop.area.name}
    ${shop.stateReason && `：${shop.stateReason}`}</span></${Row}>`;
  return html`<${Listed} title="我的店铺" ask=${ask} changes=${changes} row=${row}
      empty="还没有店铺。开店的居民可以申请加入红城星店，由区管理员审核；单位可以申请成为共建单位。"><h2>我的店铺</h2></${Listed}>
    <button onClick=${() => setApplying(true)}>申请加入红城星店</button>
    ${applying && html`<${Enter} applies onClose=${() => setApplying(false)} onDone=${(shop) => {
      setApplying(false);
      onChange();
      location.hash = linkTo("shop", shop.id);
    }} />`}`;
}
