// The district's API for all pages, and who is signed in.

import { API } from "./config.js";
import documents from "./lib/documents.js";
import { connect } from "./lib/xingdian.js";

const STAYS = ["device", "out"]; // a number of this phone, whoever is signed in; and that somebody signed out of here
const NOTICE = "noticeDue"; // until the privacy notice was looked for and agreed to

App({
  api: connect({
    url: API, documents, wx,
    token: () => wx.getStorageSync("token") || null,
    ended: () => getApp().leave(),
  }),

  onLaunch() {
    if (!wx.getStorageSync("token")) this.leave();
    else if (wx.getStorageSync(NOTICE)) wx.reLaunch({ url: "/pages/notice/notice" });
  },

  enter(token) {
    wx.setStorageSync(NOTICE, true); // before anything is shown, also where the mini-program is closed meanwhile
    wx.setStorageSync("token", token);
    wx.removeStorageSync("out");
    wx.reLaunch({ url: "/pages/notice/notice" });
  },

  /** The privacy notice is agreed to: begin. */
  begin() {
    wx.removeStorageSync(NOTICE);
    wx.switchTab({ url: "/pages/card/card" });
  },

  /** End the session, here and at the server where it can be reached. WeChat does not sign in again by itself. */
  async signOut() {
    wx.setStorageSync("out", true);
    await this.api.ask("SessionEnd", { input: {} }).catch(() => {});
    this.leave();
  },

  /** Forget who was signed in: the token, the secrets of passes, what was begun. */
  leave() {
    wx.getStorageInfoSync().keys.filter((key) => !STAYS.includes(key)).forEach((key) => wx.removeStorageSync(key));
    wx.reLaunch({ url: "/pages/sign-in/sign-in" });
  },
});
