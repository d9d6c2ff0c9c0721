// Entering a shop for its owner, who signs in with the phone that is typed here; or applying with one's own.

import { Community } from "../parts/areas.js";
import { Dialog } from "../parts/dialog.js";
import { UNANSWERED, useDraft } from "../parts/draft.js";
import { Field, Form } from "../parts/form.js";
import { html } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { fenOf } from "../xingdian.js";
import { Choices } from "../parts/choices.js";
import { categories, KINDS } from "./words.js";

const ENTERS = {
  key: "admin:shop", document: "ShopEnter", title: "录入店铺", button: "录入", done: "已录入，另由一位区管理员审核",
  about: "录入的店铺须由另一位区管理员批准。",
};
const APPLIES = {
  key: "admin:own-shop", document: "ShopApply", title: "申请加入红城星店", button: "提交申请", done: "已申请，由区管理员审核",
  about: "由区管理员审核，批准后您就是店主。",
};
const FIELDS = [
  "name", "category", "areaId", "address", "latitude", "longitude", "openingHours", "cashierName", "cashierPhone",
  "monthlyCeilingFen", "kind",
];
const NEEDED = ["name", "category", "areaId", "address", "latitude", "longitude"];

const blank = () => ({ ...Object.fromEntries(FIELDS.map((name) => [name, ""])), kind: "SHOP", above: "" });
const isDegrees = (text) => /^\d{1,3}(\.\d+)?$/.test(text.trim());

/** What is wrong with a draft before it is sent, by field. */
function amiss(row) {
  const found = Object.fromEntries(NEEDED.filter((name) => !row[name].trim()).map((name) => [name, "请填写此项"]));
  for (const name of ["latitude", "longitude"]) {
    if (!found[name] && !isDegrees(row[name])) found[name] = "请填写度数，例如 27.73";
  }
  if (row.monthlyCeilingFen.trim() && fenOf(row.monthlyCeilingFen) === null) found.monthlyCeilingFen = "请填写金额，或留空";
  if (Boolean(row.cashierName.trim()) !== Boolean(row.cashierPhone.trim())) {
    found[row.cashierName.trim() ? "cashierPhone" : "cashierName"] = "店主姓名和手机号要一起填";
  }
  return found;
}

/** A draft as the mutation takes it. */
function input(row) {
  const given = Object.fromEntries(FIELDS.filter((name) => row[name].trim()).map((name) => [name, row[name]]));
  const ceiling = given.monthlyCeilingFen ? { monthlyCeilingFen: fenOf(row.monthlyCeilingFen) } : {};
  const place = { latitude: Number(row.latitude), longitude: Number(row.longitude) };
  return { ...given, ...ceiling, ...place, requestNo: row.requestNo };
}

/** `applies`: with one's own shop. */
export function Enter({ applies = false, onClose, onDone }) {
  const words = applies ? APPLIES : ENTERS;
  const field = (error) => error.field?.findLast((part) => FIELDS.includes(part));
  const done = (shop) => { toast(words.done); return onDone(shop); };
  const { draft, wrong, unanswered, change, send, drop } = useDraft({
    key: words.key, blank, document: words.document, input, field, onDone: done,
  });
  if (!draft) return null;
  const partner = draft.kind === "PARTNER";
  const text = (name, label, more = {}) => html`<${Field} id=${name} label=${label} value=${draft[name]}
    error=${wrong[name]} onValue=${(value) => change({ [name]: value })} ...${more} />`;
  return html`<${Dialog} title=${words.title} onClose=${onClose}>
    <${Form} button=${draft.sent ? "再试一次" : words.button} onSend=${() => send(amiss(draft))}>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      <fieldset class="fields" disabled=${draft.sent}>
        <${Choices} id="kind" label="种类" choices=${KINDS} value=${draft.kind ?? "SHOP"}
          about=${partner ? "医院、学校、物业等，手续和星店一样" : ""}
          onValue=${(kind) => change({ kind, category: "", monthlyCeilingFen: "" })} />
        ${text("name", partner ? "单位名称" : "店名", { maxlength: 64 })}
        <div class="field"><label for="category">类别</label>
          <select id="category" value=${draft.category} aria-invalid=${wrong.category ? "true" : undefined}
            onChange=${(event) => change({ category: event.currentTarget.value })}>
            <option value="">请选择</option>
            ${categories(draft.kind).map(([one, name]) => html`<option key=${one} value=${one}>${name}</option>`)}
          </select>${wrong.category && html`<p class="wrong">${wrong.category}</p>`}</div>
        <${Community} above=${draft.above} value=${draft.areaId} error=${wrong.areaId}
          onValue=${(above, areaId) => change({ above, areaId })} />
        ${text("address", "地址", { maxlength: 120 })}
        <div class="pair">${text("latitude", "纬度", { inputmode: "decimal", placeholder: "27.73" })}
          ${text("longitude", "经度", { inputmode: "decimal", placeholder: "106.92" })}</div>
        <p class="hint">坐标用 GCJ-02，和高德、腾讯地图上看到的一样。</p>
        ${text("openingHours", "营业时间（可不填）", { placeholder: "9:00-21:00", maxlength: 60 })}
        ${!applies && html`<div class="pair">${text("cashierName", "店主姓名（可不填）")}
          ${text("cashierPhone", "店主手机号", { inputmode: "tel" })}</div>`}
        ${!partner && text("monthlyCeilingFen", "每月让利上限，元（空为不限）", { inputmode: "decimal" })}
        <p class="hint">写下的内容留在这台设备上。${words.about}
          <button type="button" class="quiet" onClick=${drop}>清空</button></p>
      </fieldset>
    </${Form}>
  </${Dialog}>`;
}
