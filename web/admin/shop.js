// One shop: its particulars, its steps, and the parts of its affairs by turns.

import { Dialog } from "../parts/dialog.js";
import { beside, Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";
import { answerTo } from "../parts/take.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";
import { fenOf, yuan } from "../xingdian.js";
import { linkTo, One, Panel, Particulars, Title, useOne } from "./lists.js";
import { Days, Months } from "./shop-days.js";
import { Offers } from "./shop-offers.js";
import { People } from "./shop-people.js";
import { Pushes } from "./shop-pushes.js";
import { Steps } from "./steps.js";
import { Asked, CHANGE_STEPS } from "./todo.js";
import { categories, CATEGORY, moment, SHOP_STATE } from "./words.js";

const Agreements = lazily("Agreements", () => import("./agreements.js"));

const STEPS = {
  APPROVE: "ShopApprove", REJECT: "ShopReject", SUSPEND: "ShopSuspend", RESUME: "ShopResume", LEAVE: "ShopLeave",
};
const PARTS = {
  "": "资料", agreements: "协议", offers: "优惠", people: "人员", days: "每天", months: "结算", report: "报告", pushes: "推送",
};
const Report = lazily("Report", () => import("./shop-report.js"));
const SHOWN = {
  agreements: Agreements, offers: Offers, people: People, days: Days, months: Months, report: Report, pushes: Pushes,
};

/** `owns`: among one's own shops, which may be one that was only applied for. */
export function Shop({ id, part = "", owns, changes, onChange }) {
  const one = useOne(async () => {
    const { node } = await api.ask("ShopToManage", { id });
    return node?.id ? node : null;
  }, changes);
  const draw = (shop) => html`<${Title}>${shop.name}</${Title}>
    <p>${shop.kind === "PARTNER" && html`<span class="tag">共建单位</span> `}
      <span class="tag">${CATEGORY[shop.category]}</span> <b>${SHOP_STATE[shop.state]}</b>
      ${shop.stateReason && html`：<span class="typed">${shop.stateReason}</span>`}</p>
    <${Affairs} shop=${shop} part=${part} owns=${owns} changes=${changes} onChange=${onChange} />`;
  return html`<${Panel} label="店铺资料" back=${["#shops", "全部店铺"]}><${One} one=${one} draw=${draw} /></${Panel}>`;
}

/** All affairs of a shop for whoever runs it or looks after it; for others, such as who has just applied, its
 *  particulars. */
function Affairs({ shop, part, owns, changes, onChange }) {
  const runs = !owns || shop.availableActions.includes("ADD_STAFF");
  if (!runs) return html`<${About} shop=${shop} owns=${owns} onChange=${onChange} />`;
  const parts = Object.entries(PARTS).filter(([name]) => name !== "agreements" || shop.kind === "PARTNER");
  return html`<nav class="tabs" aria-label="店铺">${parts.map(([name, label]) => html`<a key=${name}
      href=${linkTo("shop", shop.id, name)} aria-current=${name === part ? "page" : undefined}>${label}</a>`)}</nav>
    ${part in SHOWN ? html`<${SHOWN[part]} key=${part} shop=${shop} owns=${owns} changes=${changes} onChange=${onChange} />`
      : html`<${About} shop=${shop} owns=${owns} onChange=${onChange} />`}`;
}

function About({ shop, owns, onChange }) {
  const [editing, setEditing] = useState(false);
  const edits = shop.availableActions.includes("EDIT");
  const change = shop.pendingChange;
  const ceiling = shop.monthlyCeilingFen === null ? "不限" : `¥${yuan(shop.monthlyCeilingFen)}`;
  return html`<${Particulars} of=${[
      ["地址", shop.address], ["社区", shop.area.name], ["坐标", `${shop.latitude}，${shop.longitude}`],
      ["营业时间", shop.openingHours], ["每月让利上限", ceiling],
      ["本月还剩", shop.ceilingLeftFen !== null && `¥${yuan(shop.ceilingLeftFen)}`],
      ["申请人", shop.applicant && `${shop.applicant.name} ${shop.applicant.phone ?? ""}`],
    ].filter(([, value]) => value)} />
    ${change && html`<section class="piece due-piece" aria-label="待审核的变更"><h3>待审核的变更</h3>
      <p class="dim">${change.askedByName} 申请于 ${moment(change.askedAt)}</p>
      <${Asked} of=${change} shop=${shop} />
      <${Steps} actions=${change.availableActions} from=${CHANGE_STEPS} id=${change.id} what=${shop.name}
        onDone=${onChange} /></section>`}
    <${Steps} actions=${shop.availableActions} from=${STEPS} id=${shop.id} what=${shop.name} onDone=${onChange}>
      ${edits && html`<button type="button" onClick=${() => setEditing(true)}>修改资料</button>`}</${Steps}>
    ${shop.promised > 0 && html`<p class="notice-line">已许诺 ${shop.promised}${" "}
      份专享未用：用完、到期或收回以后，才能退出合作。</p>`}
    ${editing && html`<${Edit} shop=${shop} owns=${owns} onClose=${() => setEditing(false)} onDone=${() => {
      setEditing(false);
      onChange();
    }} />`}`;
}

const SHOWN_BESIDE = ["name", "address", "latitude", "longitude", "openingHours", "monthlyCeilingFen"];

/** Only what differs from what was shown as it opened is sent, though the shop is read again meanwhile; and each of the
 *  two mutations only where there is something for it. */
function Edit({ shop: now, owns, onClose, onDone }) {
  const [shop] = useState(now);
  const before = {
    name: shop.name, category: shop.category, address: shop.address, latitude: String(shop.latitude),
    longitude: String(shop.longitude), openingHours: shop.openingHours ?? "",
    ceiling: shop.monthlyCeilingFen === null ? "" : yuan(shop.monthlyCeilingFen), thanksListed: shop.thanksListed,
  };
  const [row, setRow] = useState(before);
  const [wrong, setWrong] = useState({});
  const change = (given) => { setRow({ ...row, ...given }); setWrong({}); };
  const place = ["latitude", "longitude"];
  const edited = () => {
    const names = ["name", "category", "address", "openingHours", "thanksListed"].filter((name) => row[name] !== before[name]);
    const moved = place.some((name) => row[name] !== before[name]);
    return { ...Object.fromEntries(names.map((name) => [name, row[name]])),
      ...(moved ? Object.fromEntries(place.map((name) => [name, Number(row[name])])) : {}) };
  };
  const send = async () => {
    const fen = row.ceiling.trim() ? fenOf(row.ceiling) : null;
    if (row.ceiling.trim() && fen === null) return setWrong({ monthlyCeilingFen: "请填写金额，或留空" });
    if (place.some((name) => !row[name].trim() || Number.isNaN(Number(row[name])))) {
      return setWrong({ latitude: "请填写度数，例如 27.73" });
    }
    const given = edited();
    const sent = [
      ...(Object.keys(given).length ? [["ShopEdit", { shopId: shop.id, ...given }]] : []),
      ...(fen === shop.monthlyCeilingFen ? [] : [["ShopSetCeiling", { shopId: shop.id, monthlyCeilingFen: fen }]]),
    ];
    for (const [name, input] of sent) {
      const { errors } = await answerTo(name, input);
      const found = beside(errors, SHOWN_BESIDE);
      setWrong(found);
      if (errors.length) return { message: found.all };
    }
    toast(sent.length ? "已保存" : "没有改动");
    return onDone();
  };
  const text = (name, label, more = {}) => html`<${Field} id=${`edit-${name}`} label=${label} value=${row[name]}
    error=${wrong[name]} onValue=${(value) => change({ [name]: value })} ...${more} />`;
  return html`<${Dialog} title="修改资料" onClose=${onClose}>
    <${Form} button="保存" onSend=${send}>
      ${text("name", "店名")}
      <div class="field"><label for="edit-category">类别</label>
        <select id="edit-category" value=${row.category} onChange=${(event) => change({ category: event.currentTarget.value })}>
          ${categories(shop.kind).map(([one, name]) => html`<option key=${one} value=${one}>${name}</option>`)}</select></div>
      ${text("address", "地址")}
      <div class="pair">${text("latitude", "纬度", { inputmode: "decimal" })}
        ${text("longitude", "经度", { inputmode: "decimal" })}</div>
      ${text("openingHours", "营业时间")}
      ${text("ceiling", "每月让利上限，元（空为不限）", { inputmode: "decimal", error: wrong.monthlyCeilingFen })}
      ${shop.thanksListed !== null && html`<label class="check"><input type="checkbox" checked=${row.thanksListed}
        onChange=${(event) => change({ thanksListed: event.currentTarget.checked })} />列入公开的鸣谢名单，只有店名</label>`}
      <p class="hint">上限低于本月已让利的，本月不再让利。${owns ? "店名、地址和位置的改动，经区管理员批准后生效。" : ""}</p>
    </${Form}>
  </${Dialog}>`;
}
