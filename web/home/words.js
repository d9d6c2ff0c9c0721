// How a resident is told where a wish stands.

export const STATE = {
  SUBMITTED: "已点单，等社区派单", DISPATCHED: "已派单，等联户长接单", ACCEPTED: "已接单，正在办", COMPLETED: "已办结，请评单",
  RATED: "已评单", REJECTED: "社区未受理", CANCELLED: "已取消",
};

/** The steps of a wish that goes well, each with the instant at which it was taken. */
export const STEPS = [
  ["SUBMITTED", "已点单", "submittedAt"], ["DISPATCHED", "已派单", "dispatchedAt"], ["ACCEPTED", "已接单", "acceptedAt"],
  ["COMPLETED", "已办结", "completedAt"], ["RATED", "已评单", "ratedAt"],
];
