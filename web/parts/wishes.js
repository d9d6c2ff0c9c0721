// What wishes are about, what was done with them, and instants: in the words that all screens have in common.

import { day, time } from "../xingdian.js";

export const CATEGORIES = [
  ["ERRAND", "代办"], ["REPAIR", "维修"], ["CARE", "照护"], ["COMPANY", "陪伴"], ["STUDY", "辅导"], ["GOODS", "物资"],
  ["OTHER", "其他"],
];
export const CATEGORY = Object.fromEntries(CATEGORIES);
/** The kinds of help whose details may tell of somebody's health, for which one agrees to that by itself. */
export const ASKS_FOR_CARE = ["CARE", "COMPANY"];
export const STARS = [[1, "1 星，很不满意"], [2, "2 星，不满意"], [3, "3 星，一般"], [4, "4 星，满意"], [5, "5 星，非常满意"]];
export const DETAIL = { ADDRESS: "地址", PHONE: "电话" };

const ACTION = {
  SUBMIT: "点单", DISPATCH: "派单", ACCEPT: "接单", DECLINE: "婉拒", HAND_BACK: "退回", COMPLETE: "办结", RATE: "评单",
  RATE_AUTOMATICALLY: "7 天没有评，自动评单", REDO: "请返工", EXPIRE: "48 小时没有人接单，回到社区", RECALL: "收回，另行安排",
  REJECT: "未受理", CANCEL: "取消",
};
const ACTOR = {
  REQUESTER: "本户", RESIDENT: "本户", FILER: "代为点单的人", OFFERED_HEAD: "联户长", ASSIGNED_HEAD: "联户长", STAFF: "社区",
  GRID_WORKER: "网格员",
};

/** What was done in a step, and by whom. */
export function said({ action, actor, head, stars }) {
  const done = stars ? `${ACTION[action]} ${stars} 星` : ACTION[action];
  if (action === "DISPATCH") return `${ACTOR[actor]}${done}${head ? `给联户长${head.name}` : "给本网格的联户长"}`;
  const byHead = actor === "ASSIGNED_HEAD" || actor === "OFFERED_HEAD";
  return `${ACTOR[actor] ?? ""}${byHead && head ? head.name : ""}${done}`;
}

/** An instant in words: 5月15日 12:05; of another year than this one 2022年3月1日 09:00. */
export function moment(instant) {
  const [year, month, date] = day(instant).split("-").map(Number);
  const ofYear = day(Date.now()).startsWith(`${year}-`) ? "" : `${year}年`;
  return `${ofYear}${month}月${date}日 ${time(instant)}`;
}
