// The agreements of a community with its partners: the list, drafting one, and one that is opened.

import { Draft } from "../agreements/draft.js";
import { Agreement } from "../agreements/one.js";
import { holds, STATE } from "../agreements/words.js";
import { Community } from "../admin/places.js";
import { html, useEffect, useState } from "../parts/html.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { linkTo } from "../parts/place.js";
import { api } from "../session.js";
import { ownAreas } from "./areas.js";
import { Opened } from "./opened.js";

/** Without an area, those of the first community in which one works. */
export function Agreements({ viewer, areaId, opened, changes, onBusy, onChange }) {
  const communities = ownAreas(viewer).filter(({ kind }) => kind === "COMMUNITY");
  const [drafting, setDrafting] = useState(false);
  useEffect(() => onBusy(drafting), [drafting]);
  useEffect(() => () => onBusy(false), []);
  const area = areaId ?? communities[0].id;
  const ask = async (page) => (await api.ask("Agreements", { areaId: area, ...page })).agreements;
  const row = (one) => html`<a class="wish" id=${`row-${one.id}`} href=${linkTo("agreement", one.id)}
      aria-current=${one.id === opened ? "true" : undefined}>
    <b>${one.partner.name}</b><span class=${one.availableActions.includes("SIGN") ? "tag due-tag" : "tag"}>
      ${one.availableActions.includes("SIGN") ? "待我方签署" : STATE[one.state]}</span>
    <span class="dim">${one.title} · ${one.area.name} · ${holds(one)}</span></a>`;
  const done = ({ id }) => {
    setDrafting(false);
    onChange();
    location.hash = linkTo("agreement", id);
  };
  return html`<${List} key=${area} ask=${ask} changes=${changes} row=${row}>
      <button class="primary" onClick=${() => setDrafting(true)}>起草协议</button></${List}>
    ${drafting && html`<${Draft} keep="desk:agreement" given=${communities.length === 1 ? { areaId: communities[0].id } : {}}
      onClose=${() => setDrafting(false)} onDone=${done}
      choose=${(given) => html`<${Sides} communities=${communities} ...${given} />`} />`}`;
}

function List({ ask, changes, row, children }) {
  return html`<${Paged} title="协议列表" pages=${usePages(ask, changes)} row=${row}
    empty="还没有共建协议。">${children}</${Paged}>`;
}

/** With which partner, and for which of one's communities. Partners of the own community come first. */
function Sides({ communities, draft, wrong, change }) {
  const [elsewhere, setElsewhere] = useState(Boolean(draft.above));
  const [of, setOf] = useState(communities[0].id);
  const partners = usePartners(of);
  const select = (id, label, choices, value, onValue, error, hint) => html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} value=${value} aria-invalid=${error ? "true" : undefined}
      aria-describedby=${error || hint ? `${id}-about` : undefined}
      onChange=${(event) => onValue(event.currentTarget.value)}>
      <option value="">请选择</option>
      ${choices.map((one) => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}
    </select>
    ${(error || hint) && html`<p id=${`${id}-about`} class=${error ? "wrong" : "hint"}>${error || hint}</p>`}</div>`;
  const none = partners?.length === 0 ? "这里还没有共建单位，请先由区里录入或导入" : "";
  return html`${communities.length > 1 && select("areaId", "代表哪个社区", communities, draft.areaId,
      (areaId) => change({ areaId }), wrong.areaId)}
    ${elsewhere ? html`<${Community} above=${draft.above} value=${of} onValue=${(above, id) => {
        change({ above, partnerId: "" });
        setOf(id);
      }} />`
      : html`<p class="row"><span>本社区的单位</span>
        <button type="button" class="quiet" onClick=${() => { setElsewhere(true); setOf(""); }}>换别的社区</button></p>`}
    ${select("partnerId", "共建单位", partners ?? [], draft.partnerId, (partnerId) => change({ partnerId }),
      wrong.partnerId, none)}`;
}

const MAX_PARTNERS = 100;

/** The partners of a community; null until they are there. */
function usePartners(areaId) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    let alive = true;
    setFound(null);
    if (areaId) {
      api.ask("Partners", { areaId, first: MAX_PARTNERS }).then(
        ({ partners }) => alive && setFound(partners.edges.map(({ node }) => node)), () => {}, // sending says what is wrong
      );
    }
    return () => { alive = false; };
  }, [areaId]);
  return found;
}

export function OpenedAgreement({ id, back, changes, onBusy, onChange }) {
  return html`<${Opened} title="共建协议" document="AgreementDetail" id=${id} changes=${changes} back=${back}
    none="这份协议已不在您的管理范围内。"
    draw=${(agreement) => html`<${Agreement} key=${agreement.id} agreement=${agreement} onBusy=${onBusy}
      onChange=${onChange} />`} />`;
}
