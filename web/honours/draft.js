// A season is drafted, or a draft changed: whom it honours, on what it rests, when, and with what benefit.

import { Select, useChildren } from "../parts/areas.js";
import { Choices } from "../parts/choices.js";
import { UNANSWERED, useDraft } from "../parts/draft.js";
import { Field, Form, Wrong } from "../parts/form.js";
import { html, useEffect, useState } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";
import { SUBJECT } from "./words.js";

const FIELDS = [
  "areaId", "title", "basis", "criteria", "deedsFrom", "deedsUntil", "nominateFrom", "nominateUntil", "quota", "noticeDays",
  "discountId", "quantity", "validDays", "months", "wishes", "households", "ratings", "averageTenths",
];
const TEXTS = ["title", "basis", "criteria", "deedsFrom", "deedsUntil", "nominateFrom", "nominateUntil"];
// What is asked of a head where nobody says otherwise, as the server has it; the average in tenths of a star.
const RULE = { months: 6, wishes: 6, households: 3, ratings: 3, averageTenths: 45 };
const COUNTS = ["months", "wishes", "households", "ratings"];
const LEVELS = ["DISTRICT", "SUBDISTRICT", "COMMUNITY"];

/** What is written, from a season that is changed, or empty. */
const blank = (season) => () => ({
  areaId: season?.area.id ?? "", communityId: "", subject: season?.subject ?? "HEAD",
  ...Object.fromEntries(TEXTS.map((name) => [name, season?.[name] ?? ""])),
  quota: String(season?.quota ?? ""), noticeDays: String(season?.noticeDays ?? 7),
  discountId: season?.benefit?.id ?? "", quantity: String(season?.benefitQuantity ?? 1),
  validDays: String(season?.benefitValidDays ?? 366), ...ruleRow(season?.rule ?? RULE),
});

const ruleRow = ({ averageTenths, ...counts }) => ({
  ...Object.fromEntries(COUNTS.map((name) => [name, String(counts[name])])), averageTenths: String(averageTenths / 10),
});

const whole = (text) => Number.parseInt(text, 10);

function termsOf(row) {
  const heads = row.subject === "HEAD";
  const counts = Object.fromEntries(COUNTS.map((name) => [name, whole(row[name])]));
  const rule = { ...counts, averageTenths: Math.round(Number(row.averageTenths) * 10) };
  const benefit = { discountId: row.discountId, quantity: whole(row.quantity), validDays: whole(row.validDays) };
  return {
    subject: row.subject, ...Object.fromEntries(TEXTS.map((name) => [name, row[name]])),
    quota: whole(row.quota), noticeDays: whole(row.noticeDays),
    ...(heads && row.discountId ? { benefit } : {}), ...(heads ? { rule } : {}),
  };
}

function amiss(row) {
  const heads = row.subject === "HEAD";
  const numbers = [
    "quota", "noticeDays", ...(heads ? COUNTS : []), ...(heads && row.discountId ? ["quantity", "validDays"] : []),
  ];
  return Object.fromEntries([
    ...["areaId", ...TEXTS].filter((name) => !row[name].trim()).map((name) => [name, "请填写此项"]),
    ...numbers.filter((name) => !/^\d{1,4}$/.test(row[name].trim())).map((name) => [name, "请填写数字"]),
    ...(heads && !/^[0-5](\.\d)?$/.test(row.averageTenths.trim()) ? [["averageTenths", "请填写 0 到 5，例如 4.5"]] : []),
  ]);
}

/** The areas that the viewer looks after, `above` those with communities to choose from, and the gifts that can be
 *  granted; null until they are read. */
function useOffers() {
  const [offers, setOffers] = useState(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    Promise.all([
      api.ask("Viewer"), api.ask("District", { first: 100 }),
      api.ask("DiscountsToGrant", { first: 50 }).catch(() => ({ discountsToGrant: null })),
    ]).then(([{ viewer }, { district }, { discountsToGrant }]) => {
      const own = viewer.areas.edges.map(({ node }) => node).filter(({ kind }) => LEVELS.includes(kind));
      const below = viewer.roles.includes("DISTRICT_ADMIN") ? district.children.edges.map(({ node }) => node) : [];
      const places = viewer.roles.includes("DISTRICT_ADMIN") ? [...own, ...below] : own.filter(({ kind }) => kind === "COMMUNITY");
      const above = places.filter(({ kind }) => kind === "SUBDISTRICT").map(({ id }) => id);
      const gifts = discountsToGrant?.edges.map(({ node }) => node) ?? [];
      setOffers({
        places: [...new Map(places.map((one) => [one.id, one.name])).entries()], above,
        gifts: gifts.map((one) => [one.id, `${one.shop.name} ${one.title}（还能赠 ${one.grantable} 份）`]),
      });
    }, (failed) => setWrong(failed.message));
  }, []);
  return [offers, wrong];
}

/** All of a subdistrict, or one community of it. */
function OneCommunity({ above, value, onValue }) {
  return html`<${Select} id="season-community" label="社区" none="整个街道" areas=${useChildren(above)} value=${value} onValue=${onValue} />`;
}

export function Draft({ season, onClose, onDone }) {
  const [offers, failed] = useOffers();
  const { draft, wrong, unanswered, change, send } = useDraft({
    key: `season:${season?.id ?? "new"}`, blank: blank(season), document: season ? "SeasonEdit" : "SeasonDraft",
    input: (row) => (season ? { seasonId: season.id, terms: termsOf(row) }
      : { areaId: row.communityId || row.areaId, terms: termsOf(row), requestNo: row.requestNo }),
    field: ({ field }) => field?.findLast((part) => FIELDS.includes(part)),
    onDone: (made) => { toast(season ? "已修改" : "已起草，开启前可以修改"); return onDone(made); },
  });
  const field = (name, label, more = {}) => html`<${Field} key=${name} id=${`season-${name}`} label=${label} value=${draft[name]}
    error=${wrong[name]} onValue=${(value) => change({ [name]: value })} ...${more} />`;
  const day = (name, label) => field(name, label, { type: "date" });
  const number = (name, label) => field(name, label, { inputmode: "numeric" });
  return html`<section class="card" aria-label=${season ? "修改方案" : "起草一期"}>
    <p><button type="button" class="quiet" onClick=${onClose}>← 返回</button></p>
    <h2>${season ? "修改方案" : "起草一期"}</h2>
    <${Wrong} text=${failed} />
    ${draft && offers && html`<${Form} button=${unanswered ? "再试一次" : season ? "保存" : "起草"} onSend=${() => send(amiss(draft))}>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      <fieldset class="fields" disabled=${draft.sent}>
        ${!season && html`<${Choices} id="season-area" label="哪里" choices=${offers.places} value=${draft.areaId} error=${wrong.areaId}
          onValue=${(areaId) => change({ areaId, communityId: "" })} />`}
        ${!season && offers.above.includes(draft.areaId) && html`<${OneCommunity} above=${draft.areaId} value=${draft.communityId}
          onValue=${(communityId) => change({ communityId })} />`}
        <${Choices} id="season-subject" label="评什么" choices=${Object.entries(SUBJECT)} value=${draft.subject}
          onValue=${(subject) => change({ subject })} />
        ${field("title", "名称", { hint: "最多 40 个字" })}
        ${field("basis", "依据", { hint: "文件名和文号" })}
        ${field("criteria", "说明", { multiline: true, hint: "为什么致谢，所有人看得到" })}
        <div class="pair">${day("deedsFrom", "事迹从")}${day("deedsUntil", "事迹到")}</div>
        <div class="pair">${day("nominateFrom", "提名从")}${day("nominateUntil", "提名到")}</div>
        <div class="pair">${number("quota", "名额")}${number("noticeDays", "公示几天（至少 5 天）")}</div>
        ${draft.subject === "HEAD" && html`<h3>条件</h3><p class="hint">刚启用的区，任联户长的月数填 0。</p>
          <div class="pair">${number("months", "任联户长满几个月")}${number("wishes", "评过的心愿几件")}</div>
          <div class="pair">${number("households", "帮助几户")}${number("ratings", "由人评几次")}</div>
          ${field("averageTenths", "由人评的平均几星", { inputmode: "decimal" })}`}
        ${draft.subject === "HEAD" && offers.gifts.length > 0 && html`<${Choices} id="season-benefit" label="附带的专享"
          choices=${[["", "不附带"], ...offers.gifts]} value=${draft.discountId} error=${wrong.discountId}
          onValue=${(discountId) => change({ discountId })} />
          ${draft.discountId && html`<div class="pair">${number("quantity", "每人几次")}${number("validDays", "公布后几天内有效")}</div>`}`}
      </fieldset>
    </${Form}>`}
  </section>`;
}
