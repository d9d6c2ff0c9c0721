// What things are called on this screen, and how days are written.

import { moment } from "../parts/wishes.js";

export { moment };

export const CATEGORIES = [
  ["FOOD", "餐饮"], ["GROCERY", "商超"], ["PHARMACY", "药店"], ["CLINIC", "诊所"], ["HAIRDRESSING", "理发"], ["REPAIR", "维修"],
  ["CLOTHING", "服装"], ["EDUCATION", "教育"], ["LEISURE", "休闲"], ["PUBLIC_SERVICE", "公共服务"], ["PROPERTY", "物业"],
  ["OTHER", "其他"],
];
const OF_PARTNERS = ["PUBLIC_SERVICE", "PROPERTY"];
export const KINDS = [["SHOP", "红城星店"], ["PARTNER", "共建单位"]];

/** The categories that a shop of this kind may have. */
export const categories = (kind) => CATEGORIES.filter(([one]) => kind === "PARTNER" || !OF_PARTNERS.includes(one));
export const CATEGORY = Object.fromEntries(CATEGORIES);

export const ROLES = [["GRID_WORKER", "网格员"], ["COMMUNITY_STAFF", "社区工作者"], ["DISTRICT_ADMIN", "区管理员"], ["AUDITOR", "审计员"]];
export const ROLE = Object.fromEntries(ROLES);

export const SHOP_STATE = {
  APPLIED: "待审核", ACTIVE: "合作中", SUSPENDED: "已暂停", REJECTED: "未通过", LEFT: "已退出",
};
export const DISCOUNT_STATE = {
  DRAFT: "草稿", SUBMITTED: "待审核", ACTIVE: "进行中", PAUSED: "已暂停", REPLACED: "已被新版本取代", ENDED: "已结束",
};
export const GRANT_STATE = { UPCOMING: "尚未开始", OPEN: "可以使用", USED: "已用完", OVER: "已到期", REVOKED: "已收回" };
export const GRANT_SOURCE = { HONOUR: "荣誉", THANKS: "致谢", WELCOME: "欢迎" };
export const DISPUTE_STATE = { OPEN: "待裁定", UPHELD: "成立，已冲正", REJECTED: "不成立", SETTLED: "店铺已先撤销" };
export const SIGNAL_KIND = {
  BURST: "短时间内核销密集", CODE_GUESSES: "短码输错较多", FAR_APART: "相距很远先后核销", JUST_ABOVE_MINIMUM: "原价刚过最低消费",
  MUTUAL_SHARE: "一店与一人往来过密", OUTSIDE_OPENING_HOURS: "营业时间外核销", SHARED_DEVICE: "两人同一台设备",
  WISH_CYCLE: "一户与一人心愿集中",
};
export const SIGNAL_STATE = { OPEN: "待研判", HARMLESS: "无异常", FOLLOWED_UP: "已跟进" };
export const REDEMPTION_STATE = { CONFIRMED: "", REVOKED: "已撤销", REVERSED: "已冲正" };
export const REWARD_STATE = { PENDING: "，待评单", VOIDED: "，未入账", REVERSED: "，已收回" };
export const INVITATION_STATE = { OPEN: "等对方登录", ACCEPTED: "已接受", EXPIRED: "已过期", WITHDRAWN: "已撤回" };
export const WEBHOOK_STATE = { ACTIVE: "推送中", PAUSED: "已暂停", ENDED: "已停用" };

/** A date in words: 2026年5月15日. */
export function date(text) {
  const [year, month, day] = text.split("-").map(Number);
  return `${year}年${month}月${day}日`;
}
