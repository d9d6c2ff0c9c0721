// What one was told of: a page of it, and how much is unread.

import { api } from "../session.js";

export const askNotices = async (page) => {
  const { notifications, unreadNotifications } = (await api.ask("MyNotifications", page)).viewer;
  return { ...notifications, unread: unreadNotifications };
};
