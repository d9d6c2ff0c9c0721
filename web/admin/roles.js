// Who works for the district, and where: the list, giving a role and ending one. Administrators and auditors are made at
// the server alone.

import { Community, Grid, useChildren, useSubdistricts } from "../parts/areas.js";
import { Choices } from "../parts/choices.js";
import { Dialog } from "../parts/dialog.js";
import { UNANSWERED, useDraft } from "../parts/draft.js";
import { Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";
import { day } from "../xingdian.js";
import { Filter, Listed } from "./lists.js";
import { Steps } from "./steps.js";
import { date, ROLE, ROLES } from "./words.js";

const options = (all, areas) => [["", all], ...areas.map((area) => [area.id, area.name])];

export function Roles({ acts, changes, onChange }) {
  const [role, setRole] = useState("");
  const [above, setAbove] = useState("");
  const [community, setCommunity] = useState("");
  const [giving, setGiving] = useState(false);
  const [subdistricts, communities] = [useSubdistricts(), useChildren(above)];
  const areaId = community || above;
  const ask = async (page) => (await api.ask("Roles", { ...page, areaId: areaId || null, role: role || null })).roles;
  const row = (one) => html`<article class="piece">
    <h3>${one.name} <span class="tag">${ROLE[one.role]}</span></h3>
    <p class="dim">${[whereOf(one.area), one.phone, `${date(day(one.grantedAt))}起`].filter(Boolean).join(" · ")}</p>
    <${Steps} actions=${one.availableActions} from=${{ END: "RoleEnd" }} id=${one.id}
      what=${`${whereOf(one.area)}${ROLE[one.role]}${one.name}`} onDone=${onChange} /></article>`;
  return html`${acts && html`<button class="primary" onClick=${() => setGiving(true)}>添加网格员或社区工作者</button>`}
    <${Listed} key=${`${role} ${areaId}`} title="身份" ask=${ask} changes=${changes} row=${row} empty="这里还没有人。">
      <h2 class="unseen">身份</h2>
      <div class="filters">
        <${Filter} label="身份" choices=${[["", "全部身份"], ...ROLES]} value=${role} onValue=${setRole} />
        <${Filter} label="街道" choices=${options("全区", subdistricts)} value=${above}
          onValue=${(id) => { setAbove(id); setCommunity(""); }} />
        ${above && html`<${Filter} label="社区" choices=${options("全部社区", communities)} value=${community}
          onValue=${setCommunity} />`}
      </div>
      <p class="hint">区管理员和审计员由运维人员在服务器上任免，这里不能添加或收回。</p>
    </${Listed}>
    ${giving && html`<${Give} onClose=${() => setGiving(false)} onDone=${() => { setGiving(false); onChange(); }} />`}`;
}

/** A grid is named with its community: there are many of the same name. */
const whereOf = ({ kind, name, parent }) => (kind === "GRID" && parent ? `${parent.name}${name}` : name);

const blank = () => ({ role: "GRID_WORKER", above: "", community: "", grid: "", phone: "", name: "" });
const areaOf = (row) => (row.role === "GRID_WORKER" ? row.grid : row.community);
const input = ({ role, phone, name, ...row }) => ({ role, areaId: areaOf({ role, ...row }), phone, name });
const FIELDS = { areaId: "area", phone: "phone", name: "name" };
const field = (error) => FIELDS[error.field?.at(-1)];

/** What is wrong before it is sent, by field. */
function amiss(row) {
  const needed = { area: areaOf(row), phone: row.phone.trim(), name: row.name.trim() };
  return Object.fromEntries(Object.keys(needed).filter((one) => !needed[one]).map((one) => [one, "请填写此项"]));
}

function Give({ onClose, onDone }) {
  const done = (one) => { toast(`${one.name}已是${whereOf(one.area)}的${ROLE[one.role]}`); return onDone(); };
  const { draft, wrong, unanswered, change, send, drop } = useDraft({
    key: "admin:role", blank, document: "RoleGive", input, field, onDone: done,
  });
  if (!draft) return null;
  const works = draft.role === "GRID_WORKER";
  return html`<${Dialog} title="添加工作人员" onClose=${onClose}>
    <${Form} button=${draft.sent ? "再试一次" : "添加"} onSend=${() => send(amiss(draft))}>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      <fieldset class="fields" disabled=${draft.sent}>
        <${Choices} id="role" label="身份" choices=${ROLES.slice(0, 2)} value=${draft.role}
          onValue=${(role) => change({ role, area: undefined })} />
        <${Community} above=${draft.above} value=${draft.community} error=${works ? undefined : wrong.area}
          onValue=${(above, community) => change({ above, community, grid: "", area: undefined })} />
        ${works && html`<${Grid} community=${draft.community} value=${draft.grid} error=${wrong.area}
          onValue=${(grid) => change({ grid, area: undefined })} />`}
        <${Field} id="name" label="姓名" maxlength="64" value=${draft.name} error=${wrong.name}
          onValue=${(name) => change({ name })} />
        <${Field} id="phone" label="手机号" inputmode="tel" value=${draft.phone} error=${wrong.phone}
          hint="用这个手机号登录；还没有账号的会新建。" onValue=${(phone) => change({ phone })} />
        <p class="hint">写下的内容留在这台设备上。<button type="button" class="quiet" onClick=${drop}>清空</button></p>
      </fieldset>
    </${Form}>
  </${Dialog}>`;
}
