// Households: found, moved to another head, and one of them with what can be done for it.

import { Dialog } from "../parts/dialog.js";
import { useFocus } from "../parts/focus.js";
import { html, useEffect, useState } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { linkTo } from "../parts/place.js";
import { Search } from "../parts/search.js";
import { rest, take } from "../parts/take.js";
import { toast } from "../parts/toast.js";
import { CATEGORY, moment } from "../parts/wishes.js";
import { ChooseHead, findHouseholds } from "./find.js";
import { Opened } from "./opened.js";
import { STATE } from "./words.js";

const MAX_MOVED = 100;
const ChangePhone = lazily("ChangePhone", () => import("./phone.js"));
const ShowCode = lazily("ShowCode", () => import("./code.js"));

/** `manages`: households may be moved here, several at once; `headId`: those of one head alone. */
export function Households({ areaId, headId, changes, opened, manages, onBusy, onChange }) {
  const [search, setSearch] = useState(null);
  const [chosen, setChosen] = useState(null); // null: one at a time
  const [moving, setMoving] = useState(false);
  useEffect(() => onBusy(Boolean(chosen?.length)), [chosen]);
  useEffect(() => () => onBusy(false), []);
  const choose = (id) => setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const moved = () => { setMoving(false); setChosen(null); onChange(); };
  return html`<${Search} label="查住户" hint="地址、姓名、户编号或电话" onSearch=${setSearch} />
    ${manages && html`<div class="row">
      <button class="quiet" aria-pressed=${chosen !== null} onClick=${() => setChosen(chosen ? null : [])}>
        ${chosen ? "不选了" : "选多户，换联户长"}</button>
      ${chosen && html`<button class="first" disabled=${!chosen.length || chosen.length > MAX_MOVED}
        onClick=${() => setMoving(true)}>${chosen.length > MAX_MOVED ? `一次最多 ${MAX_MOVED} 户`
          : `把 ${chosen.length} 户交给…`}</button>`}</div>`}
    ${headId && html`<p class="notice-line row">只列出一位联户长的住户<a class="quiet" href="#households">列出全部</a></p>`}
    <${Rows} key=${`${areaId} ${headId} ${search}`} areaId=${areaId} headId=${headId} search=${search}
      changes=${changes} opened=${opened} chosen=${chosen} onChoose=${choose} />
    ${moving && html`<${Move} householdIds=${chosen} areaId=${areaId} without=${headId}
      onClose=${() => setMoving(false)} onDone=${moved} />`}`;
}

function Rows({ areaId, headId, search, changes, opened, chosen, onChoose }) {
  const pages = usePages((page) => findHouseholds({ areaId, headId, search, ...page }), changes);
  const about = (household) => html`<b>${household.contactName}</b><span class="tag">${household.grid.name}</span>
    <span class="dim">${household.address}${household.code ? ` · ${household.code}` : ""}</span>
    <span class="dim">${household.head ? `联户长 ${household.head.name}` : "没有联户长"}</span>`;
  const row = (household) => (chosen
    ? html`<label class="wish choose"><input type="checkbox" checked=${chosen.includes(household.id)}
        disabled=${!household.availableActions.includes("MOVE")} onChange=${() => onChoose(household.id)} />
        ${about(household)}</label>`
    : html`<a class="wish" id=${`row-${household.id}`} href=${linkTo("household", household.id)}
        aria-current=${household.id === opened ? "true" : undefined}>${about(household)}</a>`);
  return html`<${Paged} title="住户列表" pages=${pages} row=${row} empty=${search
    ? "没有找到。请核对，或写地址、姓名的开头。" : "还没有住户。请社区导入名册。"} />`;
}

/** Move households to a head who is chosen here. */
function Move({ householdIds, areaId, without, onClose, onDone }) {
  const [refused, setRefused] = useState("");
  const choose = async (head) => {
    setRefused("");
    const found = await take("HouseholdsMove", { householdIds, headId: head.id })
      .catch((failed) => ({ all: failed.message }));
    if (Object.keys(found).length) return setRefused(rest(found, []).message);
    toast(`已交给 ${head.name}`);
    return onDone();
  };
  return html`<${Dialog} title=${`把 ${householdIds.length} 户交给哪位联户长`} onClose=${onClose}>
    <div class="stacked"><p class="hint">没有办完的心愿留在原来的联户长手上。</p>
      <div role="alert">${refused && html`<p class="wrong">${refused}</p>`}</div>
      <${ChooseHead} areaId=${areaId} without=${without} onChoose=${choose} /></div>
  </${Dialog}>`;
}

export function OpenedHousehold({ id, changes, back, areaId, onBusy, onSubmit, onChange }) {
  return html`<${Opened} title="住户" document="HouseholdDetail" id=${id} changes=${changes} back=${back}
    none="找不到这一户，可能不在您的辖区。" draw=${(household) => html`<${Household} key=${household.id}
      household=${household} areaId=${areaId} onBusy=${onBusy} onSubmit=${onSubmit} onChange=${onChange} />`} />`;
}

const STEPS = { SHOW_CODE: "开现场登录码", MOVE: "换联户长", CHANGE_PHONE: "换手机号" };

function Household({ household, areaId, onBusy, onSubmit, onChange }) {
  const place = useFocus();
  const [doing, setDoing] = useState(null);
  useEffect(() => onBusy(doing !== null), [doing]);
  useEffect(() => () => onBusy(false), []);
  const input = { householdId: household.id };
  const close = () => setDoing(null);
  const done = () => { close(); onChange(); };
  const { head, availableActions: actions } = household;
  const wishes = household.wishes.edges.map((edge) => edge.node);
  return html`<h2 tabindex="-1" ref=${place}>${household.contactName}</h2>
    <p class="typed">${household.address}</p>
    <dl class="facts"><dt>户编号</dt><dd>${household.code || "没有"}</dd>
      <dt>网格</dt><dd>${household.grid.name}${household.building && ` ${household.building.name}`}</dd>
      <dt>联户长</dt><dd>${head ? html`<a href=${linkTo("head", head.id)}>${head.name}</a>` : "没有"}</dd></dl>
    ${actions.includes("SUBMIT_WISH") && html`<button class="primary" onClick=${() => onSubmit(household)}>
      代这户点单</button>`}
    <div class="decide">${Object.keys(STEPS).filter((step) => actions.includes(step)).map((step) => html`<button
      key=${step} class="quiet" onClick=${() => setDoing(step)}>${STEPS[step]}</button>`)}</div>
    <section class="history" aria-label="最近的心愿"><h3>最近的心愿</h3>
      ${wishes.length === 0 && html`<p class="dim">还没有心愿</p>`}
      <ol>${wishes.map((wish) => html`<li><span class="dim">${moment(wish.submittedAt)}</span>
        <span><a href=${linkTo("wish", wish.id)}>${wish.title}</a>
          ${` ${CATEGORY[wish.category]} · ${STATE[wish.state]}`}</span>
      </li>`)}</ol></section>
    ${doing === "SHOW_CODE" && html`<${ShowCode} name="HouseholdShowCode" input=${input} onClose=${close} />`}
    ${doing === "MOVE" && html`<${Move} householdIds=${[household.id]} areaId=${areaId} without=${head?.id}
      onClose=${close} onDone=${done} />`}
    ${doing === "CHANGE_PHONE" && html`<${ChangePhone} name="HouseholdChangePhone" input=${input} whose="联系人"
      onClose=${close} onDone=${done} />`}`;
}
