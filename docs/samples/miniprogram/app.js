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
    const told = this.api.ask("SessionEnd", { input: {} }).catch(() => {});
    this.forget(); // at once: on a slow network the mini-program may be closed before there is an answer
    await told;
    this.leave();
  },

  /** Who was signed in here is no longer: begin again. */
  leave() {
    this.forget();
    wx.reLaunch({ url: "/pages/sign-in/sign-in" });
  },

  /** Keep what is a person's. What is answered after he has left is kept no more. */
  keep(key, value) {
    if (wx.getStorageSync("token")) wx.setStorageSync(key, value);
  },

  /** The token, the secrets of passes, what was begun. */
  forget() {
    wx.getStorageInfoSync().keys.filter((key) => !STAYS.includes(key)).forEach((key) => wx.removeStorageSync(key));
  },
});
