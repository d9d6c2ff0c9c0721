// Signing in: by WeChat, the first time with the phone number that WeChat knows; or by a one-use code. Who signed out of
// here is signed in again only when asked to.

import { doing } from "../../doing.js";
import { requestNo } from "../../lib/xingdian.js";

const app = getApp();
const LABEL = "小程序"; // how the session is listed for its owner

/** This phone's own number, at random: no fingerprint. */
function device() {
  const known = wx.getStorageSync("device") || requestNo();
  wx.setStorageSync("device", known);
  return known;
}

Page({
  data: { ticket: "", out: false, code: "", busy: false, wrong: "" },

  onLoad() {
    const out = Boolean(wx.getStorageSync("out"));
    this.setData({ out });
    if (!out) this.byWechat();
  },

  byWechat() {
    wx.login({ success: ({ code }) => doing(this, () => this.enter("SignInByWechat", { code })) });
  },

  byNumber({ detail }) {
    if (!detail.code) return; // not allowed
    doing(this, () => this.enter("WechatBindByNumber", { phoneCode: detail.code, ticket: this.data.ticket }));
  },

  type({ detail }) {
    this.setData({ code: detail.value });
  },

  byCode() {
    doing(this, () => this.enter("SignInByCode", { code: this.data.code }));
  },

  async enter(name, given) {
    const input = { ...given, device: device(), label: LABEL };
    const { [name[0].toLowerCase() + name.slice(1)]: answer } = await app.api.ask(name, { input });
    const { token, wechatTicket } = answer.signedIn || {};
    if (token) app.enter(token);
    if (wechatTicket) this.setData({ ticket: wechatTicket, out: false });
    return answer.errors[0];
  },
});
