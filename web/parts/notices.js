// What one was told of, the newest first, and what of it is read.

import { api } from "../session.js";
import { html } from "./html.js";
import { Paged } from "./paged.js";
import { linkTo } from "./place.js";
import { toast } from "./toast.js";
import { moment } from "./wishes.js";

const UPHELD = { UPHELD: "成立", REJECTED: "不成立", WITHDRAWN: "已终止" };

export const askNotices = async (page) => {
  const { notifications, unreadNotifications } = (await api.ask("MyNotifications", page)).viewer;
  return { ...notifications, unread: unreadNotifications };
};

/** The notifications in `pages`. `onRead` is told that some have been read. `linked`: what they are about is on this
 *  screen. */
export function Notices({ pages, linked = true, empty = "还没有通知。心愿有进展，会在这里告诉您。", onRead }) {
  const { found } = pages;
  const read = (input) => api.ask("NotificationsRead", { input }, { again: true })
    .then(onRead, (failed) => toast(failed.message));
  const row = (notice) => {
    const open = () => notice.readAt || read({ notificationIds: [notice.id] });
    return html`<div class=${notice.readAt ? "" : "unread"}>
      <p>${!notice.readAt && html`<span class="tag">未读</span> `}${notice.text}
        <span class="dim"> · ${moment(notice.createdAt)}</span></p>
      ${linked && notice.wish && html`<a class="quiet" href=${linkTo("wish", notice.wish.id)} onClick=${open}>看这个心愿</a>`}
      ${linked && notice.redemption && html`<a class="quiet" href=${linkTo("passes")} onClick=${open}>看这笔核销</a>`}
      ${linked && notice.nomination && html`<a class="quiet" href=${linkTo("honours")} onClick=${open}>看这项提名</a>`}
      ${notice.objection && html`<p class="said">您的异议：<span class="typed">${notice.objection.text}</span>
        <br />答复（${UPHELD[notice.objection.state]}）：<span class="typed">${notice.objection.answer}</span></p>`}
      ${linked && notice.grant && html`<a class="quiet" href=${linkTo("passes")} onClick=${open}>看这项专享</a>`}
    </div>`;
  };
  return html`<${Paged} title="通知" pages=${pages} row=${row} empty=${empty}>
    ${found?.unread > 0 && html`<button class="quiet" onClick=${() => read({ upToId: found.nodes[0].id })}>
      全部标为已读</button>`}
  </${Paged}>`;
}
