// What one was told of, the newest first, and what of it is read.

import { api } from "../session.js";
import { html } from "./html.js";
import { Paged } from "./paged.js";
import { linkTo } from "./place.js";
import { toast } from "./toast.js";
import { moment } from "./wishes.js";

const UPHELD = { UPHELD: "成立", REJECTED: "不成立", WITHDRAWN: "已终止", SETTLED: "已由店铺了结" };
const OF_HOUSEHOLDS = ["WISH_ACCEPTED", "WISH_COMPLETED"]; // the others about wishes are for heads

/** What a notice may be about: what leads there, and where that is, whichever screen it is read on.
 *
 *  @type {Record<string, (notice: any, viewer: any) => [string, string]>} */
const ABOUT = {
  wish: ({ kind, wish }) => ["看这个心愿", `${OF_HOUSEHOLDS.includes(kind) ? "/home" : "/card"}${linkTo("wish", wish.id)}`],
  redemption: () => ["看这笔核销", `/card${linkTo("passes")}`],
  // Its head and the owners of the shop are told, and one may be both, of others' disputes: the reason is the head's own.
  dispute: ({ dispute }, { householdHead }) => (householdHead && dispute.reason !== null ? ["看这笔核销", `/card${linkTo("passes")}`]
    : ["看店铺的每天", `/admin${linkTo("shop", dispute.shop.id, "days")}`]),
  shop: ({ shop }) => ["看这家店铺", `/admin${linkTo("shop", shop.id)}`],
  nomination: () => ["看这项提名", linkTo("honours")],
  grant: () => ["看这项专享", `/card${linkTo("passes")}`],
};

/** The notifications in `pages` of the `viewer`. `onRead` is told that some have been read. `about`: null for what is not
 *  found from this screen. */
export function Notices({ viewer, pages, about = {}, empty = "还没有通知。心愿有进展，会在这里告诉您。", onRead }) {
  const { found } = pages;
  const read = (input) => api.ask("NotificationsRead", { input }, { again: true })
    .then(onRead, (failed) => toast(failed.message));
  const links = Object.entries({ ...ABOUT, ...about }).filter(([, one]) => one);
  const row = (notice) => {
    const open = () => notice.readAt || read({ notificationIds: [notice.id] });
    return html`<div class=${notice.readAt ? "" : "unread"}>
      <p>${!notice.readAt && html`<span class="tag">未读</span> `}${notice.text}
        <span class="dim"> · ${moment(notice.createdAt)}</span></p>
      ${notice.objection && html`<${Answer} said=${notice.objection.text} answer=${notice.objection.answer}
        state=${notice.objection.state} />`}
      ${notice.dispute?.decisionReason && html`<${Answer} answer=${notice.dispute.decisionReason} state=${notice.dispute.state} />`}
      ${links.filter(([name]) => notice[name]).map(([name, leads]) => {
        const [label, to] = leads(notice, viewer);
        return html`<a key=${name} class="quiet" href=${to} onClick=${open}>${label}</a>`;
      })}
    </div>`;
  };
  return html`<${Paged} title="通知" pages=${pages} row=${row} empty=${empty}>
    ${found?.unread > 0 && html`<button class="quiet" onClick=${() => read({ upToId: found.nodes[0].id })}>
      全部标为已读</button>`}
  </${Paged}>`;
}

/** What came of an objection, under what was `said`, where it is one's own. */
function Answer({ said, answer, state }) {
  return html`<p class="said">${said && html`您的异议：<span class="typed">${said}</span><br />`}
    答复（${UPHELD[state]}）：<span class="typed">${answer}</span></p>`;
}
