// What can be done with a season, a nomination and an objection: for each action that the server offers, a step as
// `Decide` takes it.

const PUBLIC = "同意后，您的姓名在本区域内可见；入选后公示，获致谢后上荣誉榜。随时可以退出。";

const NOMINATION = {
  CONSENT: { name: "NominationConsent", title: "同意提名", button: "同意", first: true, about: PUBLIC, done: "已同意" },
  DECLINE: { name: "NominationDecline", title: "谢绝提名", button: "谢绝", about: "谢绝后不会公开，这一期也不再提名。", done: "已谢绝" },
  SUPPORT: {
    name: "NominationSupport", title: "以我家支持", button: "支持", first: true, done: "已支持，谢谢您",
    about: "每户每期支持一项，不能再改。只供参考，截止后才显示户数，不记是谁。",
  },
  SHORTLIST: {
    name: "NominationShortlist", title: "列入公示名单", button: "列入", first: true, label: "理由", done: "已列入",
    about: "理由本人看得到。公示前可以改。",
  },
  PASS_OVER: {
    name: "NominationPassOver", title: "不列入", button: "不列入", label: "理由", done: "已记下", about: "理由只有本人和负责的人看得到。",
  },
  STRIKE: {
    name: "NominationStrike", title: "从名单撤下", button: "撤下", label: "理由", done: "已撤下", about: "异议成立的才能撤下，不能恢复。",
  },
  OBJECT: {
    name: "NominationObject", title: "提出异议", button: "有异议", label: "有什么情况", field: "text", numbered: true,
    hint: "最多 500 个字", done: "已提出，答复后会通知您", about: "被提名人看得到内容，看不到是谁提的。",
  },
  WITHDRAW: {
    name: "NominationWithdraw", title: "退出评选", button: "退出评选", done: "已退出，姓名不再公开",
    about: "退出后姓名不再公开，不能恢复。已获的致谢和专享仍在。",
  },
  REVOKE: {
    name: "HonourRevoke", title: "撤销致谢", button: "撤销致谢", label: "原因", done: "已撤销",
    about: "没用完的专享随之结束，用过的不变。本人看得到原因，不能恢复。",
  },
};

const SEASON = {
  OPEN: {
    name: "SeasonOpen", title: "开启", button: "开启", first: true, done: "已开启，可以提名了",
    about: "方案随即公开，以后不能再改；附带专享的，留足份数。",
  },
  PUBLISH: {
    name: "SeasonPublish", title: "公示名单", button: "公示", first: true, done: "已公示", about: "名单和事迹随即公开，所有人看得到。",
  },
  CONCLUDE: {
    name: "SeasonConclude", title: "公布结果", button: "公布", first: true, done: "已公布",
    about: "名单上的随即获致谢；附带专享的随即赠予。不能撤回。",
  },
  CANCEL: {
    name: "SeasonCancel", title: "取消这一期", button: "取消这一期", label: "原因", done: "已取消",
    about: "全部提名失效，不能恢复。原因所有人看得到。",
  },
};

const of = (table, key, id) => (actions) => actions.filter((action) => action in table)
  .map((action) => ({ ...table[action], input: { [key]: id } }));

export const nominationSteps = ({ id, availableActions }) => of(NOMINATION, "nominationId", id)(availableActions);

export const seasonSteps = ({ id, availableActions }) => of(SEASON, "seasonId", id)(availableActions);

export const objectionSteps = ({ id, availableActions }) => (availableActions.includes("ANSWER") ? [
  { upheld: true, title: "异议成立", about: "提出人和被提名人都看得到答复。公示中的，接着从名单撤下；对事迹的，随即重新计算。" },
  { upheld: false, title: "异议不成立", about: "提出人和被提名人都看得到答复。" },
].map(({ upheld, title, about }) => ({
  name: "SeasonObjectionAnswer", input: { objectionId: id, upheld }, title, button: title.slice(2), about, label: "答复",
  field: "answer", hint: "最多 500 个字", done: "已答复",
})) : []);
