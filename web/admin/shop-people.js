// Who works in a shop, and who is invited to.

import { Dialog } from "../parts/dialog.js";
import { Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";
import { Listed } from "./lists.js";
import { Steps } from "./steps.js";
import { INVITATION_STATE, moment } from "./words.js";

const STEPS = {
  MAKE_OWNER: "ShopStaffMakeOwner", MAKE_CASHIER: "ShopStaffMakeCashier", SIGN_OUT: "ShopStaffSignOut",
  REMOVE: "ShopStaffRemove",
};

export function People({ shop, changes, onChange }) {
  const [inviting, setInviting] = useState(false);
  const [code, setCode] = useState(null);
  const [wrong, setWrong] = useState("");
  const show = async (document, input) => {
    const answer = await api.ask(document, { input }).then((data) => Object.values(data)[0], (failed) => ({ errors: [failed] }));
    setWrong(answer.errors[0]?.message ?? "");
    if (answer.code) setCode(answer.code);
  };
  const shows = (one, document, input) => one.availableActions.includes("SHOW_CODE") && html`<button type="button" aria-label=${`开登录码：${one.name}`}
    onClick=${() => show(document, input)}>开登录码</button>`;
  const working = async (page) => (await api.ask("ShopStaff", { id: shop.id, ...page })).node.staff;
  const invited = async (page) => (await api.ask("ShopInvitations", { id: shop.id, ...page })).node.invitations;
  const person = (one) => html`<article class="piece">
    <h4>${one.name} <span class="tag">${one.isOwner ? "店主" : "店员"}</span></h4>
    <p class="dim">${[one.phone, `${moment(one.grantedAt)} 加入`].filter(Boolean).join(" · ")}</p>
    <${Steps} actions=${one.availableActions} from=${STEPS} id=${one.id} what=${one.name}
      onDone=${onChange}>${shows(one, "ShopStaffShowCode", { staffId: one.id })}</${Steps}></article>`;
  const invitation = (one) => html`<article class="piece">
    <h4>${one.name} <span class="tag">${one.asOwner ? "店主" : "店员"}</span></h4>
    <p class="dim">${one.phone} · ${INVITATION_STATE[one.state]}，${moment(one.expiresAt)} 前有效</p>
    <${Steps} actions=${one.availableActions} from=${{ WITHDRAW: "ShopInvitationWithdraw" }}
      id=${one.id} what=${one.name} onDone=${onChange}>
      ${shows(one, "ShopInvitationShowCode", { invitationId: one.id })}</${Steps}></article>`;
  return html`${wrong && html`<p role="alert" class="wrong">${wrong}</p>`}
    <${Listed} title="店主和店员" ask=${working} changes=${changes} row=${person} empty="还没有店主和店员。">
      <h3>店主和店员</h3></${Listed}>
    <${Listed} title="邀请" ask=${invited} changes=${changes} row=${invitation} empty="没有待接受的邀请。">
      <h3>待接受的邀请</h3></${Listed}>
    ${shop.availableActions.includes("ADD_STAFF") && html`<button type="button" onClick=${() => setInviting(true)}>邀请店主或店员</button>`}
    ${code && html`<${Code} code=${code} onClose=${() => { setCode(null); onChange(); }} />`}
    ${inviting && html`<${Invite} shop=${shop} onClose=${() => setInviting(false)} onDone=${() => {
      setInviting(false);
      onChange();
    }} />`}`;
}

function Invite({ shop, onClose, onDone }) {
  const [row, setRow] = useState({ displayName: "", phone: "", asOwner: false });
  const [wrong, setWrong] = useState({});
  const change = (given) => { setRow({ ...row, ...given }); setWrong({}); };
  const send = async () => {
    const { shopStaffAdd: answer } = await api.ask("ShopStaffAdd", { input: { shopId: shop.id, ...row } });
    const [error] = answer.errors;
    const field = error?.field?.at(-1);
    if (field in row) return setWrong({ [field]: error.message });
    if (error) return error;
    toast("已邀请，对方用这个手机号登录后加入");
    return onDone();
  };
  return html`<${Dialog} title="邀请店主或店员" onClose=${onClose}>
    <${Form} button="邀请" onSend=${send}>
      <p>${shop.name}：对方用这个手机号登录后加入，30 天内有效。</p>
      <${Field} id="displayName" label="姓名" value=${row.displayName} error=${wrong.displayName}
        onValue=${(displayName) => change({ displayName })} />
      <${Field} id="phone" label="手机号" inputmode="tel" value=${row.phone} error=${wrong.phone}
        onValue=${(phone) => change({ phone })} />
      <label class="check"><input type="checkbox" checked=${row.asOwner}
        onChange=${(event) => change({ asOwner: event.currentTarget.checked })} /> 请为店主，可以管理优惠、人员和对账</label>
    </${Form}>
  </${Dialog}>`;
}

/** A one-use code, to be shown to who is present. */
function Code({ code, onClose }) {
  return html`<${Dialog} title=${`给${code.displayName}的登录码`} onClose=${onClose}>
    <p class="big-code">${code.text}</p>
    <img class="code-qr" alt="登录码的二维码" src=${`data:image/svg+xml;utf8,${encodeURIComponent(code.qrSvg)}`} />
    <p>当面出示，请对方在登录页选“登录码”输入。${moment(code.expiresAt)} 前有效，用一次，登录后只在本店收银。</p>
  </${Dialog}>`;
}
