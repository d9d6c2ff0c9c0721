// The district's API for all pages, and who is signed in.

import { API } from "./config.js";
import documents from "./lib/documents.js";
import { connect } from "./lib/xingdian.js";

const STAYS = "device"; // a number of this phone, whoever is signed in

App({
  api: connect({
    url: API, documents, wx,
    token: () => wx.getStorageSync("token") || null,
    ended: () => getApp().leave(),
  }),

  onLaunch() {
    if (!wx.getStorageSync("token")) this.leave();
  },

  enter(token) {
    wx.setStorageSync("token", token);
    wx.switchTab({ url: "/pages/card/card" });
  },

  /** Forget who was signed in: the token, the secrets of passes, what was begun. */
  leave() {
    wx.getStorageInfoSync().keys.filter((key) => key !== STAYS).forEach((key) => wx.removeStorageSync(key));
    wx.reLaunch({ url: "/pages/sign-in/sign-in" });
  },
});
