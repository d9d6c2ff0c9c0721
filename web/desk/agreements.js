// The agreements of a community with its partners: the list, drafting one, and one that is opened.

import { Draft } from "../agreements/draft.js";
import { Agreement } from "../agreements/one.js";
import { holds, STATE } from "../agreements/words.js";
import { Select } from "../parts/areas.js";
import { html, useEffect, useState } from "../parts/html.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { linkTo } from "../parts/place.js";
import { Search } from "../parts/search.js";
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

/** With which partner, and for which of one's communities. */
function Sides({ communities, draft, wrong, change }) {
  return html`${communities.length > 1 && html`<${Select} id="areaId" label="代表哪个社区" areas=${communities}
      value=${draft.areaId} error=${wrong.areaId} onValue=${(areaId) => change({ areaId })} />`}
    ${draft.partner ? html`<p>与 <b>${draft.partner.name}</b> <span class="dim">${draft.partner.area.name}</span>
        ${!draft.sent && html` <button type="button" class="quiet" onClick=${() => change({ partner: null, partnerId: "" })}>
          另选</button>`}</p>`
      : html`<${ChoosePartner} areaId=${draft.areaId || communities[0].id}
          wrong=${wrong.partnerId} onChoose=${(partner) => change({ partner, partnerId: partner.id })} />`}
    ${wrong.partnerId && html`<p role="alert" class="wrong">${draft.partner ? wrong.partnerId : "请选一家共建单位"}</p>`}`;
}

/** Partners to choose one from: those of a community, or, by how their names begin, of the whole district. */
function ChoosePartner({ areaId, wrong, onChoose }) {
  const [name, setName] = useState(null);
  return html`<div data-wrong=${wrong ? "" : undefined}><${Search} label="查共建单位" hint="全区，名称的开头" onSearch=${setName} /></div>
    <${Partners} key=${`${areaId} ${name}`} asked=${name ? { name } : { areaId }} onChoose=${onChoose} />`;
}

function Partners({ asked, onChoose }) {
  const pages = usePages(async (page) => (await api.ask("Partners", { ...asked, ...page })).partners, 0);
  const row = (one) => html`<div class="candidate"><span><b>${one.name}</b> <span class="dim">${one.area.name}</span></span>
    <button type="button" aria-label=${`选 ${one.name}`} onClick=${() => onChoose(one)}>选</button></div>`;
  return html`<${Paged} title=${asked.name ? "找到的单位" : "本社区的单位"} pages=${pages} row=${row} empty=${asked.name
    ? "没有找到。请核对，或写单位名称的开头。" : "本社区还没有共建单位。请按名称查全区的，或先由区里录入。"} />`;
}

export function OpenedAgreement({ id, back, changes, onBusy, onChange }) {
  return html`<${Opened} title="共建协议" document="AgreementDetail" id=${id} changes=${changes} back=${back}
    none="这份协议已不在您的管理范围内。"
    draw=${(agreement) => html`<${Agreement} key=${agreement.id} agreement=${agreement} onBusy=${onBusy}
      onChange=${onChange} />`} />`;
}
