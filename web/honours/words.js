// How seasons, nominations and what was done are called.

import { moment } from "../parts/wishes.js";
import { api } from "../session.js";
import { day } from "../xingdian.js";

export const SUBJECT = { HEAD: "优秀联户长", HOUSEHOLD: "最美家庭", UNIT: "最美单元", BUILDING: "最美楼栋" };

export const SEASON_STATE = {
  DRAFT: "起草中", OPEN: "提名中", REVIEW: "审核中", NOTICE: "公示中", CONCLUDED: "已公布", CANCELLED: "已取消",
};

export const NOMINATION_STATE = {
  PROPOSED: "等本人同意", CONSENTED: "本人已同意", LAPSED: "已失效", WITHDRAWN: "本人已退出", SHORTLISTED: "在公示名单上",
  PASSED_OVER: "本次未入选", STRUCK: "已撤下", HONOURED: "获致谢", REVOKED: "致谢已撤销",
};

export const OBJECTION_STATE = { OPEN: "待答复", UPHELD: "成立", REJECTED: "不成立", WITHDRAWN: "已终止" };

/** 2026-05-15 as a person says it. */
export const dayOf = (date) => {
  const [year, month, day] = date.split("-").map(Number);
  return `${year} 年 ${month} 月 ${day} 日`;
};

const HOUR = 3_600_000;

/** An instant that is no longer part of it, as the last day that is: 2027-12-01 00:00 as 2027 年 11 月 30 日. */
export const lastDay = (instant) => dayOf(new Date(Date.parse(instant) + 8 * HOUR - 1).toISOString().slice(0, 10));

/** What a season waits for, to who looks after it. */
export function nextStep({ state, undecided, shortlisted, quota, reviewedAt, noticeUntil, nominateUntil, openObjections }) {
  if (state === "DRAFT") {
    return nominateUntil < day(api.now()) ? "提名的截止日已过：先修改方案的日期，再开启。" : "核对方案，再开启；开启以后不能改。";
  }
  if (state === "OPEN") return `提名到 ${dayOf(nominateUntil)}为止，第二天系统自动转入审核。`;
  if (openObjections.edges.length) return "先由与提名和异议都无关的人答复异议。";
  if (state === "REVIEW" && !undecided && !shortlisted) return "公示名单是空的：先列入，或取消这一期。";
  if (state === "REVIEW" && !undecided && shortlisted > quota) return `列入了 ${shortlisted} 项，名额只有 ${quota} 个：先减少。`;
  if (state === "REVIEW") {
    return undecided ? `还有 ${undecided} 项未定：由与提名无关的人逐项列入或不列入。`
      : `被提名人核对事迹到 ${moment(new Date(Date.parse(reviewedAt) + 48 * HOUR).toISOString())}，之后由没有开启这一期的人公示。`;
  }
  return state === "NOTICE" ? `公示到 ${moment(noticeUntil)}，之后由没有开启、也没有公示这一期的人公布。` : null;
}

/** What a nominee did, in one line. */
export function deeds({ wishes, households, months, ratings, averageStars }) {
  return [
    `评过的心愿 ${wishes} 件`, `帮助 ${households} 户`, months !== null && `任联户长 ${months} 个月`,
    ratings && `由人评 ${ratings} 次，平均 ${averageStars} 星`,
  ].filter(Boolean).join(" · ");
}

/** What a head must have done at least, in one line. */
export const ruleOf = ({ months, wishes, households, ratings, averageTenths }) => `任联户长满 ${months} 个月，评过的心愿 ${wishes} 件，`
  + `帮助 ${households} 户，由人评 ${ratings} 次，平均 ${averageTenths / 10} 星；期间无冲正、未暂停`;
