// The steps that are taken here, each asked about before it is taken, with a reason where one is needed. The server
// takes a step once, however often the same person asks for it: so it is sent again where no answer came.

import { html, useState } from "../parts/html.js";
import { Reason } from "../parts/reason.js";

/** By the name of each: its document, if that has another name; `of`, the input that names what it is done to; what is
 *  said; `main`, where it is what one came for; `numbered`, where it takes a requestNo; and `label`, where a reason goes with it. */
const STEPS = {
  ShopApprove: {
    of: "shopId", title: "批准加入", main: true, done: "已批准，店铺可以起草优惠", about: "批准后申请人成为店主，可以起草优惠，请店员。",
  },
  ShopReject: {
    of: "shopId", title: "驳回申请", done: "已驳回", label: "原因", about: "申请人会看到原因，可以改好后再申请。",
  },
  ShopSuspend: {
    of: "shopId", title: "暂停合作", done: "已暂停", label: "原因",
    about: "暂停后不能领取和核销优惠码，正在核销的退回。店主会看到原因。",
  },
  ShopResume: { of: "shopId", title: "恢复合作", done: "已恢复合作", about: "恢复后可以照常领取和核销优惠码。" },
  ShopLeave: {
    of: "shopId", title: "退出合作", done: "已退出合作", label: "原因（可不填）",
    about: "全部优惠随之结束，不能恢复；再合作须重新申请。",
  },
  ShopChangeApprove: { of: "changeId", title: "批准变更", main: true, done: "已批准，随即生效", about: "只写入所申请的各项，随即生效。" },
  ShopChangeReject: {
    of: "changeId", title: "驳回变更", done: "已驳回", label: "原因", about: "店铺资料不变。店主会看到原因。",
  },
  ShopChangeWithdraw: { of: "changeId", title: "撤回变更", done: "已撤回", about: "撤回后店铺资料照旧。" },
  DiscountSubmit: {
    of: "discountId", title: "提交审核", main: true, done: "已提交，等区管理员审核", about: "由区管理员审核。审核前可以退回修改。",
  },
  DiscountApprove: {
    of: "discountId", title: "批准上线", main: true, done: "已批准上线", about: "批准后即可领取。是新版本的，旧版本随即被取代。",
  },
  DiscountReturn: {
    of: "discountId", title: "退回修改", done: "已退回", label: "原因", about: "退回后成为草稿，店主看到原因，改好再提交。",
  },
  DiscountPause: {
    of: "discountId", title: "暂停优惠", done: "已暂停", label: "原因", about: "暂停后已领的优惠码也不能用。店主会看到原因。",
  },
  DiscountResume: { of: "discountId", title: "恢复优惠", done: "已恢复", about: "恢复后可以照常领取和核销。" },
  DiscountEnd: {
    of: "discountId", title: "结束优惠", done: "已结束", label: "原因", about: "结束后不能恢复。店主会看到原因。",
  },
  GrantRevoke: {
    of: "grantId", title: "收回", done: "已收回", label: "原因", about: "没用的份数退回，已用的不变。联户长会看到原因。",
  },
  DisputeUphold: {
    of: "disputeId", title: "异议成立", done: "已冲正，积分和份数已退回", label: "裁定理由",
    about: "这一笔冲正，积分、份数和额度退回。理由联户长和店铺都会看到。裁定后不能改。",
  },
  DisputeReject: {
    of: "disputeId", title: "异议不成立", done: "已裁定，核销照旧", label: "裁定理由",
    about: "核销照旧。理由联户长和店铺都会看到。裁定后不能改。",
  },
  SignalHarmless: {
    document: "SignalJudge", of: "signalId", field: "judgement", given: { state: "HARMLESS" }, title: "无异常",
    done: "已记为无异常", label: "研判意见", about: "只作记录，不影响任何人的积分和优惠。",
  },
  SignalFollowedUp: {
    document: "SignalJudge", of: "signalId", field: "judgement", given: { state: "FOLLOWED_UP" }, title: "已跟进",
    done: "已记为跟进", label: "研判意见", about: "只作记录：写明怎样跟进、结果如何。",
  },
  StatementAcknowledge: {
    of: "statementId", title: "确认结算单", main: true, done: "已确认", about: "以这张结算单的指纹为准。确认后不能撤回。",
  },
  ShopStaffMakeOwner: { of: "staffId", title: "设为店主", done: "已设为店主", about: "与现有店主并列，可以管理优惠、人员和对账。" },
  ShopStaffMakeCashier: { of: "staffId", title: "改为店员", done: "已改为店员", about: "以后只能核销和查看当日明细。" },
  ShopStaffRemove: { of: "staffId", title: "移除", done: "已移除", about: "下一次操作起就不能在本店核销。" },
  ShopStaffSignOut: {
    of: "staffId", title: "退出收银台", done: "已退出本店的收银台", about: "用本店登录码打开的收银台全部退出。手机丢了、人走了时用。",
  },
  ShopInvitationWithdraw: { of: "invitationId", title: "撤回邀请", done: "已撤回", about: "撤回后对方不能再凭这个邀请加入。" },
  WebhookPause: { of: "endpointId", title: "暂停推送", done: "已暂停", about: "暂停期间发生的不补推。" },
  WebhookResume: { of: "endpointId", title: "恢复推送", done: "已恢复", about: "恢复后发生的照常推送。" },
  WebhookEnd: { of: "endpointId", title: "停用", done: "已停用", about: "停用后不能恢复，还没送达的不再推送。" },
  PointsReverse: {
    of: "wishId", numbered: true, title: "收回积分", done: "已收回", label: "原因",
    about: "收回这个心愿已入账的积分，联户长会看到原因。可用积分不够的记为欠分，不能撤销。",
  },
  RoleEnd: {
    of: "membershipId", title: "收回身份", done: "已收回", label: "原因",
    about: "下一次操作起就不能再办理。账号还在，其他身份不变。原因留在记录里。",
  },
  RewardRuleWithdraw: { of: "rewardRuleId", title: "撤回这一版", done: "已撤回，不会生效", about: "撤回后不会生效，版本留在记录里。" },
};

/** Buttons for the actions that the viewer has on one thing, in the order of `from`: the step of each action. `what`: how
 *  the thing is called; `given`: what else a step sends; `children` stand among them,
 *  after what one came for. */
export function Steps({ actions, from, id, what, given, onDone, children }) {
  const [name, setName] = useState(null);
  const steps = Object.entries(from).filter(([action]) => actions.includes(action)).flatMap(([, step]) => step);
  if (!steps.length && !children) return null;
  const button = (step) => html`<button key=${step} type="button" class=${STEPS[step].main ? "primary" : ""}
    aria-label=${`${STEPS[step].title}：${what}`} onClick=${() => setName(step)}>${STEPS[step].title}</button>`;
  const [first, others] = [true, false].map((main) => steps.filter((step) => Boolean(STEPS[step].main) === main));
  return html`<div class="steps-row">${first.map(button)}${children}${others.map(button)}</div>
    ${name && html`<${Asked} step=${STEPS[name]} document=${STEPS[name].document ?? name} id=${id} what=${what}
      given=${given} onClose=${() => setName(null)} onDone=${() => { setName(null); onDone(); }} />`}`;
}

/** What is asked before a step. */
function Asked({ step, document, id, what, given, ...rest }) {
  return html`<${Reason} name=${document} input=${{ [step.of]: id, ...step.given, ...given }} ...${step}
    about=${html`<b>${what}</b>：${step.about}`} ...${rest} />`;
}
