// The doors: which screen is whose. Each with its name and what it is for, in Chinese and English.

export const DOORS = [
  { path: "/home", roles: ["RESIDENT"],
    zh: ["我家", "提心愿，看进度，评价"], en: ["My home", "Ask for help, follow it, rate it"] },
  { path: "/card", roles: ["HOUSEHOLD_HEAD"],
    zh: ["联户长", "接单，积分，优惠码"], en: ["Household head", "Wishes, points, passes"] },
  { path: "/desk", roles: ["GRID_WORKER", "COMMUNITY_STAFF"],
    zh: ["工作台", "派单，名册，审批"], en: ["Desk", "Dispatch, rosters, approvals"] },
  { path: "/till", roles: ["SHOP_STAFF"],
    zh: ["收银台", "核销优惠码，看当日明细"], en: ["Till", "Verify passes, the day so far"] },
  { path: "/admin", roles: ["DISTRICT_ADMIN", "AUDITOR"],
    zh: ["管理", "店铺，优惠，对账，审计"], en: ["Administration", "Shops, discounts, statements, audit"] },
  { path: "/wall", roles: [],
    zh: ["积分榜大屏", "公开，无需登录"], en: ["Wall screen", "Public, no sign-in"] },
  { path: "/honours", roles: [],
    zh: ["评选公示", "公开，无需登录"], en: ["Honours", "Public, no sign-in"] },
];

/** The doors of these roles, without the public ones. */
export const doorsOf = (roles) => DOORS.filter((door) => door.roles.some((role) => roles.includes(role)));

/** Where somebody with these roles goes: through the only door, or to where all are. */
export function homeOf(roles) {
  const found = doorsOf(roles);
  return found.length === 1 ? found[0].path : "/";
}
