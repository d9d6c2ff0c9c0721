// The terms of a discount, as a shop's owner writes them: of a new one, of a draft, or of a version to follow another.

import { Choices } from "../parts/choices.js";
import { Dialog } from "../parts/dialog.js";
import { UNANSWERED, useDraft } from "../parts/draft.js";
import { Field, Form } from "../parts/form.js";
import { html } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { fenOf, yuan } from "../xingdian.js";

const AUDIENCES = [["ALL", "所有联户长"], ["GRANTED", "专享"]];
const KINDS = [["PercentOff", "打折"], ["AmountOff", "立减"], ["Gift", "赠品"]];
const WEEKDAYS = ["一", "二", "三", "四", "五", "六", "日"];
const LIMITS = ["limitPerDay", "limitPerMonth", "limitTotal"];
const COUNTS = [...LIMITS, "stockTotal"];
const FIELDS = [
  "title", "audience", "minSpendFen", "costPoints", "minStarLevel", "validFrom", "validUntil", "weekdays", "hours", ...COUNTS,
];
/** Where a refusal stands that the server puts to a part of the benefit. */
const BENEFIT = { percent: "tenths", maxSavedFen: "maxSaved", amountFen: "amount", name: "gift", benefit: "kind" };

const typed = (value) => (value === null || value === undefined ? "" : String(value));
const money = (fen) => (fen === null || fen === undefined ? "" : yuan(fen).replace(/\.00$/, ""));

/** Terms as the graph gives them, or none, as they are typed: a percentage is written in tenths that are paid, as in 八折. */
function rowOf(offer) {
  const benefit = offer?.benefit ?? {};
  return {
    title: offer?.title ?? "", audience: offer?.audience ?? "ALL", kind: benefit.__typename ?? "PercentOff",
    tenths: benefit.percent ? String((100 - benefit.percent) / 10) : "", maxSaved: money(benefit.maxSavedFen),
    amount: money(benefit.amountFen), gift: benefit.name ?? "", minSpend: money(offer?.minSpendFen ?? 0),
    costPoints: typed(offer?.costPoints ?? 0), minStarLevel: typed(offer?.minStarLevel ?? 1),
    ...Object.fromEntries(COUNTS.map((name) => [name, typed(offer?.[name])])),
    validFrom: offer?.validFrom ?? "", validUntil: offer?.validUntil ?? "",
    weekdays: offer?.weekdays ?? [1, 2, 3, 4, 5, 6, 7], from: offer?.hours?.from ?? "", until: offer?.hours?.until ?? "",
  };
}

const isGranted = (row) => row.audience === "GRANTED";
const isWhole = (text) => /^\d{1,7}$/.test(text.trim());
const isTenths = (text) => /^(\d|10)(\.\d)?$/.test(text.trim()) && Number(text) < 10;

/** What is wrong with terms before they are sent, by field. */
function amiss(row) {
  const found = {};
  if (!row.title.trim()) found.title = "请填写此项";
  if (row.kind === "PercentOff" && !isTenths(row.tenths)) found.tenths = "请填写几折，例如 8 或 8.5";
  if (row.kind === "PercentOff" && row.maxSaved && fenOf(row.maxSaved) === null) found.maxSaved = "请填写金额，或留空";
  if (row.kind === "AmountOff" && !fenOf(row.amount)) found.amount = "请填写金额";
  if (row.kind === "Gift" && !row.gift.trim()) found.gift = "请填写此项";
  if (fenOf(row.minSpend || "0") === null) found.minSpendFen = "请填写金额";
  if (isGranted(row) && !row.stockTotal.trim()) found.stockTotal = "请填写总份数，赠予不会超过它";
  if (!isGranted(row) && !isWhole(row.costPoints || "0")) found.costPoints = "请填写整数";
  for (const name of isGranted(row) ? ["stockTotal"] : COUNTS) {
    if (row[name].trim() && !isWhole(row[name])) found[name] = "请填写整数，或留空";
  }
  if (Boolean(row.from) !== Boolean(row.until)) found.hours = "开始和结束要一起填，或都留空";
  if (!row.weekdays.length) found.weekdays = "请至少选一天";
  return found;
}

function benefitOf(row) {
  if (row.kind === "AmountOff") return { amountOff: { amountFen: fenOf(row.amount) } };
  if (row.kind === "Gift") return { gift: { name: row.gift } };
  const most = row.maxSaved.trim() ? fenOf(row.maxSaved) : null;
  return { percentOff: { percent: 100 - Math.round(Number(row.tenths) * 10), maxSavedFen: most } };
}

/** Terms as the mutations take them. What is for grants has no price and no limits: the grant says how often. */
const termsOf = (row) => ({
  title: row.title, audience: row.audience, benefit: benefitOf(row), minSpendFen: fenOf(row.minSpend || "0"),
  costPoints: Number(row.costPoints || 0), minStarLevel: Number(row.minStarLevel),
  validFrom: row.validFrom || null, validUntil: row.validUntil || null,
  ...Object.fromEntries(COUNTS.map((name) => [name, row[name].trim() ? Number(row[name]) : null])),
  weekdays: row.weekdays, hours: row.from ? { from: row.from, until: row.until } : null,
  ...(isGranted(row) ? { costPoints: 0, minStarLevel: 1, ...Object.fromEntries(LIMITS.map((name) => [name, null])) } : {}),
});

/** Each with its document, by what it is done for: a shop, or a version of a discount. */
const DOINGS = {
  draft: { document: "DiscountDraft", title: "起草优惠", done: "已存为草稿，提交后由区管理员审核" },
  edit: { document: "DiscountEdit", title: "修改草稿", done: "草稿已修改" },
  revise: { document: "DiscountRevise", title: "起草新版本", done: "新版本已存为草稿，批准前旧版本照常进行" },
};

export function Terms({ doing, shop, offer, onClose, onDone }) {
  const { document, title, done } = DOINGS[doing];
  const whose = doing === "draft" ? { shopId: shop.id } : { discountId: offer.id };
  const { draft, wrong, unanswered, change, send } = useDraft({
    key: `admin:terms:${doing}:${offer?.id ?? shop.id}`, blank: () => rowOf(offer), document,
    input: (row) => ({ ...whose, terms: termsOf(row), ...(doing === "edit" ? {} : { requestNo: row.requestNo }) }),
    field: ({ field }) => {
      const found = field?.findLast((part) => FIELDS.includes(part) || part in BENEFIT);
      return BENEFIT[found] ?? found;
    },
    onDone: (made) => { toast(done); return onDone(made); },
  });
  if (!draft) return null;
  const follows = doing === "revise" || offer?.version > 1; // all versions are for the same
  const text = (name, label, more = {}) => html`<${Field} key=${name} id=${`terms-${name}`} label=${label} value=${draft[name]}
    error=${wrong[name]} onValue=${(value) => change({ [name]: value })} ...${more} />`;
  const count = (name, label) => text(name, label, { inputmode: "numeric" });
  const amount = (name, label, more) => text(name, label, { inputmode: "decimal", ...more });
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <${Form} button=${draft.sent ? "再试一次" : "保存草稿"} onSend=${() => send(amiss(draft))}>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      <fieldset class="fields" disabled=${draft.sent}>
        ${text("title", "名称", { placeholder: "例如：全场八折", hint: "最多 60 个字" })}
        <${Choices} id="terms-kind" label="给什么优惠" choices=${KINDS} value=${draft.kind} error=${wrong.kind}
          onValue=${(kind) => change({ kind })} />
        ${draft.kind === "PercentOff" && html`<div class="pair">${amount("tenths", "打几折", { placeholder: "8.5" })}
          ${amount("maxSaved", "最多减，元（空为不限）")}</div>`}
        ${draft.kind === "AmountOff" && amount("amount", "减多少，元")}
        ${draft.kind === "Gift" && text("gift", "送什么")}
        <${Choices} id="terms-audience" label="给谁" choices=${AUDIENCES} value=${draft.audience ?? "ALL"} error=${wrong.audience}
          about=${isGranted(draft) ? "只给区里赠予的联户长，例如免费体检。不收积分，不设星级和次数；赠予不超过总份数。" : ""}
          disabled=${follows} onValue=${(audience) => change({ audience })} />
        <div class="pair">${amount("minSpend", "最低消费，元", { error: wrong.minSpendFen })}
          ${isGranted(draft) ? count("stockTotal", "总份数") : count("costPoints", "所需积分")}</div>
        ${!isGranted(draft) && html`<${Choices} id="terms-minStarLevel" label="最低星级" value=${draft.minStarLevel}
            error=${wrong.minStarLevel} choices=${["1", "2", "3", "4", "5"].map((level) => [level, `${level} 星`])}
            onValue=${(minStarLevel) => change({ minStarLevel })} />
          <div class="pair">${count("limitPerDay", "每人每天几次")}${count("limitPerMonth", "每人每月几次")}
            ${count("limitTotal", "每人一共几次")}${count("stockTotal", "总份数")}</div>
          <p class="hint">次数和份数空着就是不限。</p>`}
        <div class="pair">${text("validFrom", "从哪天（可不填）", { type: "date" })}
          ${text("validUntil", "到哪天（含）", { type: "date" })}</div>
        <${Weekdays} value=${draft.weekdays} error=${wrong.weekdays} onValue=${(weekdays) => change({ weekdays })} />
        <div class="pair">${text("from", "几点起（空为全天）", { type: "time", error: wrong.hours })}
          ${text("until", "到几点", { type: "time" })}</div>
        <p class="hint">写下的内容留在这台设备上。批准以后条件不再变，要改就起草新版本。</p>
      </fieldset>
    </${Form}>
  </${Dialog}>`;
}

function Weekdays({ value, error, onValue }) {
  const turn = (one) => onValue(value.includes(one) ? value.filter((other) => other !== one) : [...value, one].sort());
  return html`<fieldset data-wrong=${error ? "" : undefined}><legend>星期几</legend>
    <div class="chips">${WEEKDAYS.map((name, place) => html`<button key=${name} type="button"
      aria-label=${`星期${name}`} aria-pressed=${value.includes(place + 1)} onClick=${() => turn(place + 1)}>${name}</button>`)}</div>
    ${error && html`<p class="wrong">${error}</p>`}</fieldset>`;
}
