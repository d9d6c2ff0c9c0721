// The lists of a household: its wishes, who has looked at its address and phone, and what one was told of.

import { html } from "../parts/html.js";
import { Paged } from "../parts/paged.js";
import { linkTo } from "../parts/place.js";
import { CATEGORY, DETAIL, moment } from "../parts/wishes.js";
import { api } from "../session.js";
import { STATE } from "./words.js";

export const askWishes = async (page) => (await api.ask("MyWishes", page)).viewer.household.wishes;

export const askReveals = async (page) => {
  const { edges, pageInfo } = (await api.ask("ContactReveals", page)).viewer.household.contactReveals;
  return { pageInfo, edges: edges.map(({ cursor, node }) => ({ node: { ...node, id: cursor } })) };
};

export const askNotices = async (page) => {
  const { notifications, unreadNotifications } = (await api.ask("MyNotifications", page)).viewer;
  return { ...notifications, unread: unreadNotifications };
};

export function Wishes({ pages, opened }) {
  const row = (wish) => html`<a class="wish" id=${`row-${wish.id}`} href=${linkTo("wish", wish.id)}
      aria-current=${wish.id === opened ? "true" : undefined}>
    <b>${wish.title}</b>
    <span class="tag">${CATEGORY[wish.category]}</span>
    <span class="dim">${STATE[wish.state]} · ${moment(wish.events.at(-1)?.occurredAt ?? wish.submittedAt)}</span>
    ${wish.head && html`<span class="dim">联户长 ${wish.head.name}</span>`}
  </a>`;
  return html`<${Paged} title="我家的心愿" pages=${pages} row=${row}
    empty="还没有心愿。灯坏了、药要取、孩子要人陪，都可以点单，邻居来帮忙。" />`;
}

export function Reveals({ pages }) {
  const row = ({ kind, shownTo, revealedAt, wish }) => html`<p><b>${shownTo}</b>看了您家的${DETAIL[kind]}
    <span class="dim"> · ${moment(revealedAt)}</span></p>
    ${wish && html`<a class="quiet" href=${linkTo("wish", wish.id)}>为了“${wish.title}”</a>`}`;
  return html`<${Paged} title="谁看过" pages=${pages} row=${row}
    empty="没有人看过。联户长为办您家的心愿查看地址或电话，每一次都记在这里。">
    <h2>谁看过您家的地址和电话</h2>
  </${Paged}>`;
}

/** `onRead` is told what was read: as NotificationsRead takes it. */
export function Notices({ pages, onRead }) {
  const { found } = pages;
  const row = (notice) => {
    const open = () => notice.readAt || onRead({ notificationIds: [notice.id] });
    return html`<div class=${notice.readAt ? "" : "unread"}>
      <p>${!notice.readAt && html`<span class="tag">未读</span> `}${notice.text}
        <span class="dim"> · ${moment(notice.createdAt)}</span></p>
      ${notice.wish && html`<a class="quiet" href=${linkTo("wish", notice.wish.id)} onClick=${open}>看这个心愿</a>`}
    </div>`;
  };
  return html`<${Paged} title="通知" pages=${pages} row=${row} empty="还没有通知。心愿有进展，会在这里告诉您。">
    ${found?.unread > 0 && html`<button class="quiet" onClick=${() => onRead({ upToId: found.nodes[0].id })}>
      全部标为已读</button>`}
  </${Paged}>`;
}
