// How a head is told of wishes, discounts and points.

import { moment } from "../parts/wishes.js";
import { yuan } from "../xingdian.js";

export const STATE = {
  DISPATCHED: "等您接单", ACCEPTED: "正在办", COMPLETED: "已办结，等住户评单", RATED: "已评单", SUBMITTED: "已回到社区",
  REJECTED: "社区未受理", CANCELLED: "住户已取消",
};

export const REWARD = {
  PENDING: "待评单", POSTED: "已入账", RETURNED: "返工中，暂退回", REVERSED: "已冲正", VOIDED: "不计分",
};

const ENTRY = {
  REWARD_POSTED: "心愿得分", DEBT_REPAID: "偿还欠分", HOLD: "收银台占用", RELEASE: "占用退回", SPEND: "核销使用",
  REFUND: "核销退回", REVERSAL: "冲正",
};

/** Why points moved. */
export const entryOf = ({ kind }) => ENTRY[kind] ?? "其他";

/** The whole of an amount in yuan: 20, or 20.50. */
export const plainYuan = (fen) => (fen % 100 ? yuan(fen) : String(fen / 100));

/** What a discount asks for; a figure stays with its unit. */
export function termsOf({ minSpendFen, costPoints }) {
  const spend = minSpendFen ? `满\u00a0${plainYuan(minSpendFen)}\u00a0元可用` : "不限金额";
  return `${spend}，${costPoints ? `用\u00a0${costPoints}\u00a0分` : "不用积分"}`;
}

/** Why something can't be had, and from when on it can. */
export const barred = ({ message, retryAt }) => (retryAt ? `${message}，${moment(retryAt)} 起可以` : message);

/** A date in words: 2026年5月15日. */
export function dateOf(text) {
  const [year, month, day] = text.split("-").map(Number);
  return `${year}年${month}月${day}日`;
}

/** How far away something is. */
export const distance = (metres) => (metres < 1000 ? `${metres} 米` : `${(metres / 1000).toFixed(1)} 公里`);

/** How the time of a board is spoken of. */
export const PERIOD = { WEEK: "本周", MONTH: "本月", QUARTER: "本季度", YEAR: "今年", ALL: "一直以来" };
const BAND = { FIRST_TENTH: "前十分之一", FIRST_QUARTER: "前四分之一", FIRST_HALF: "前一半" };

/** What a head is told of the own place, and nobody else is. */
export function aboutPlace({ movement, toNext, aheadOf, band }) {
  const said = [
    band in BAND && `在${BAND[band]}`,
    movement > 0 && `今天上升 ${movement} 名`,
    toNext && `离前一名还差 ${toNext} 分`,
    aheadOf > 0 && `后面还有 ${aheadOf} 位`,
  ];
  return said.filter(Boolean).join("，");
}
