// The agreements of a partner: for its owner, who signs and ends them; for an administrator, who may draft one, of a
// subdistrict too.

import { Draft } from "../agreements/draft.js";
import { Agreement as Drawn } from "../agreements/one.js";
import { holds, STATE } from "../agreements/words.js";
import { Community } from "../parts/areas.js";
import { html, useState } from "../parts/html.js";
import { api } from "../session.js";
import { linkTo, Listed, One, Panel, Row, useOne } from "./lists.js";

export function Agreements({ shop, owns, changes, onChange }) {
  const [drafting, setDrafting] = useState(false);
  const drafts = !owns && shop.state === "ACTIVE" && shop.availableActions.includes("SUSPEND");
  const ask = async (page) => (await api.ask("Agreements", { partnerId: shop.id, ...page })).agreements;
  const row = (one) => html`<${Row} to=${linkTo("agreement", one.id)} title=${one.area.name}
    tag=${one.availableActions.includes("SIGN") ? "待签署" : STATE[one.state]}>
    <span class="dim">${one.title} · ${holds(one)}</span></${Row}>`;
  return html`${drafts && html`<button class="primary" onClick=${() => setDrafting(true)}>起草协议</button>`}
    <${Listed} title="共建协议" ask=${ask} changes=${changes} row=${row} empty="还没有共建协议。" />
    ${drafting && html`<${Draft} keep=${`admin:agreement:${shop.id}`} given=${{ partnerId: shop.id }}
      onClose=${() => setDrafting(false)} onDone=${({ id }) => {
        setDrafting(false);
        onChange();
        location.hash = linkTo("agreement", id);
      }} choose=${(given) => html`<${Place} shop=${shop} ...${given} />`} />`}`;
}

/** A community, or a subdistrict where none is chosen. */
function Place({ shop, draft, wrong, change }) {
  const community = draft.areaId === draft.above ? "" : draft.areaId;
  return html`<p><b>${shop.name}</b> 与哪里共建</p>
    <${Community} above=${draft.above} value=${community} error=${wrong.areaId}
      onValue=${(above, id) => change({ above, areaId: id || above })} />
    <p class="hint">只选街道，就是与街道共建。</p>`;
}

export function Agreement({ id, changes, onChange }) {
  const one = useOne(async () => {
    const { node } = await api.ask("AgreementDetail", { id });
    return node?.id ? node : null;
  }, changes);
  const shop = one.found?.partner;
  return html`<${Panel} label="共建协议" back=${shop ? [linkTo("shop", shop.id, "agreements"), shop.name] : ["#shops", "全部店铺"]}>
    <${One} one=${one} draw=${(agreement) => html`<${Drawn} agreement=${agreement} onChange=${onChange} />`} /></${Panel}>`;
}
