// The shops of the district: the list, and entering one for its owner.

import { useSubdistricts } from "../parts/areas.js";
import { html, useState } from "../parts/html.js";
import { Search } from "../parts/search.js";
import { api } from "../session.js";
import { Enter } from "./enter.js";
import { Filter, linkTo, Listed, Row } from "./lists.js";
import { CATEGORY, KINDS, SHOP_STATE } from "./words.js";

const ALL = [["", "全部状态"], ...Object.entries(SHOP_STATE)];

export function Shops({ acts, opened, changes, onChange }) {
  const [state, setState] = useState("");
  const [kind, setKind] = useState("");
  const [areaId, setAreaId] = useState("");
  const [name, setName] = useState(null);
  const [entering, setEntering] = useState(false);
  const areas = useSubdistricts();
  const ask = async (page) => (await api.ask("ShopsToManage", {
    ...page, areaId: areaId || null, states: state ? [state] : null, kind: kind || null, name,
  })).shopsToManage;
  const row = (shop) => html`<${Row} to=${linkTo("shop", shop.id)} opened=${shop.id === opened} title=${shop.name}
    tag=${CATEGORY[shop.category]}><span class="dim">${shop.kind === "PARTNER" ? "共建单位 · " : ""}${SHOP_STATE[shop.state]} · ${shop.area.name}</span></${Row}>`;
  return html`${acts && html`<button class="primary" onClick=${() => setEntering(true)}>录入店铺</button>`}
    <${Search} label="查店铺" hint="店名的开头" onSearch=${setName} />
    <${Listed} key=${`${state} ${kind} ${areaId} ${name}`} title="店铺" ask=${ask} changes=${changes} row=${row}
      empty=${name ? "没有这样的店铺。请核对，或写店名的开头。" : "没有这样的店铺。请换个条件再看。"}>
      <div class="filters">
        <${Filter} label="状态" choices=${ALL} value=${state} onValue=${setState} />
        <${Filter} label="种类" choices=${[["", "星店和共建单位"], ...KINDS]} value=${kind} onValue=${setKind} />
        <${Filter} label="街道" choices=${[["", "全区"], ...areas.map((area) => [area.id, area.name])]} value=${areaId}
          onValue=${setAreaId} />
      </div>
    </${Listed}>
    ${entering && html`<${Enter} onClose=${() => setEntering(false)} onDone=${(shop) => {
      setEntering(false);
      onChange();
      location.hash = linkTo("shop", shop.id);
    }} />`}`;
}
