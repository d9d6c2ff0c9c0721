// How seasons, nominations and what was done are called.

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
