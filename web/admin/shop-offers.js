// The discounts of a shop, and one of them with its versions.

import { html, useState } from "../parts/html.js";
import { api } from "../session.js";
import { linkTo, Listed, One, Panel, Row, Title, useOne } from "./lists.js";
import { Steps } from "./steps.js";
import { Terms } from "./terms.js";
import { DISCOUNT_STATE, moment } from "./words.js";

const STEPS = {
  SUBMIT: "DiscountSubmit", APPROVE: "DiscountApprove", RETURN: "DiscountReturn", PAUSE: "DiscountPause", RESUME: "DiscountResume",
  END: "DiscountEnd",
};

const WRITES = { EDIT: ["edit", "修改草稿"], REVISE: ["revise", "起草新版本"] };

export function Offers({ shop, changes, onChange }) {
  const [drafting, setDrafting] = useState(false);
  const ask = async (page) => (await api.ask("ShopDiscounts", { id: shop.id, ...page })).node.discounts;
  const row = (offer) => html`<${Row} to=${linkTo("discount", offer.id)} title=${offer.title}
    tag=${DISCOUNT_STATE[offer.state]}><span class="dim">${offer.summary}
    ${offer.promised !== null && ` · 已许诺 ${offer.promised} 份未用`}</span></${Row}>`;
  return html`<${Listed} title="优惠" ask=${ask} changes=${changes} row=${row} empty="还没有优惠。" />
    ${shop.availableActions.includes("DRAFT_DISCOUNT") && html`<button type="button" class="primary" onClick=${() => setDrafting(true)}>起草优惠</button>`}
    ${drafting && html`<${Terms} doing="draft" shop=${shop} onClose=${() => setDrafting(false)} onDone=${(made) => {
      onChange();
      location.hash = linkTo("discount", made.id);
    }} />`}`;
}

/** One discount, by the id of any of its versions: the newest first, each with what can be done to it. `owns`: as for
 *  the shop. */
export function Offer({ id, owns, changes, onChange }) {
  const [writing, setWriting] = useState(null);
  const one = useOne(async () => {
    const { node } = await api.ask("DiscountVersions", { id, first: 100 });
    return node?.versions ? node : null;
  }, changes);
  const draw = (found) => html`<${Title}>${found.title}</${Title}>
    <p><a href=${linkTo("shop", found.shop.id, "offers")}>${found.shop.name}</a></p>
    <ol class="list">${found.versions.edges.map(({ node }) => html`<li key=${node.id}><article class="piece">
      <h3>第 ${node.version} 版 <span class="tag">${DISCOUNT_STATE[node.state]}</span></h3>
      <p>${node.summary}</p>
      <p class="dim">${[node.submittedAt && `提交于 ${moment(node.submittedAt)}`,
        node.stockLeft !== null && `还剩 ${node.stockLeft} 份`].filter(Boolean).join(" · ")}</p>
      ${node.promised > 0 && ["ACTIVE", "PAUSED"].includes(node.state) && html`<p class="notice-line">已许诺 ${node.promised}${" "}
        份专享未用：用完、到期或收回以后，才能${owns && node.state === "ACTIVE" ? "暂停或" : ""}结束。</p>`}
      ${node.stateReason && html`<p>原因：<span class="typed">${node.stateReason}</span></p>`}
      <${Steps} actions=${node.availableActions} from=${STEPS} id=${node.id} what=${`${found.shop.name}：${node.title}`}
        onDone=${onChange}>
        ${Object.entries(WRITES).filter(([action]) => node.availableActions.includes(action)).map(([action, [doing, label]]) =>
          html`<button key=${action} type="button" onClick=${() => setWriting({ doing, offer: node })}>${label}</button>`)}
      </${Steps}>
    </article></li>`)}</ol>
    ${writing && html`<${Terms} ...${writing} onClose=${() => setWriting(null)} onDone=${() => {
      setWriting(null);
      onChange();
    }} />`}`;
  return html`<${Panel} label="这项优惠" back=${["#shops", "全部店铺"]}><${One} one=${one} draw=${draw} /></${Panel}>`;
}
