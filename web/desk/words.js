// How those who dispatch are told where a wish stands, and what a head is.

export const STATE = {
  SUBMITTED: "待派单", DISPATCHED: "待接单", ACCEPTED: "在办", COMPLETED: "待评单", RATED: "已评单", REJECTED: "已驳回",
  CANCELLED: "已取消",
};

/** What a queue can be narrowed to: a name, and the states. */
export const FILTERS = [
  ["待派单", ["SUBMITTED"]], ["待接单", ["DISPATCHED"]], ["在办", ["ACCEPTED"]], ["待评单", ["COMPLETED"]],
  ["已结束", ["RATED", "REJECTED", "CANCELLED"]], ["全部", null],
];

/** Whether a head works: nothing where so. */
export const standing = ({ suspendedAt, leftAt }) => (leftAt ? "已离任" : suspendedAt ? "已暂停" : "");

/** A count for a badge: more than 99 are not counted. */
export const badge = (count) => (count > 99 ? "99+" : String(count));
