// A head's card: passes with their codes, which are computed on the phone, with or without a network; and where to take one.

import { doing } from "../../doing.js";
import { codesAt, keep, requestNo } from "../../lib/xingdian.js";
import { picture } from "../../qr.js";

const app = getApp();
const { api } = app;
const PASSES = "passes"; // what is kept of them
const TAKING = "taking"; // which is being taken, kept until the server has answered: { discountId, requestNo }

const kept = (pass) => ({ id: pass.id, discount: pass.discount, shop: pass.shop, keys: keep(pass) });

Page({
  data: { head: null, passes: [], shown: {}, shops: [], unread: "", busy: false, wrong: "" },
  asked: 0, // what was asked before a later one tells of passes as they were

  onShow() {
    this.setData({ passes: wx.getStorageSync(PASSES) || [] });
    this.tick();
    this.timer = setInterval(() => this.tick(), 1000);
    this.stop = api.subscribe("RedemptionChanged", {}, () => this.load());
    this.connected = ({ isConnected }) => isConnected && this.load();
    wx.onNetworkStatusChange(this.connected);
    this.load();
  },
  onHide() {
    clearInterval(this.timer);
    this.asked += 1; // what is still answered may be another's by then
    this.stop();
    wx.offNetworkStatusChange(this.connected);
  },
  onUnload() {
    this.onHide();
  },

  /** The codes of this second; a pass that has run out goes. */
  tick() {
    const shown = {};
    for (const { id, keys } of this.data.passes) {
      const codes = codesAt(keys);
      const before = this.data.shown[id];
      if (codes) {
        shown[id] = {
          qr: codes.qr, short: codes.short, seconds: Math.ceil(codes.secondsLeft),
          picture: before && before.qr === codes.qr ? before.picture : picture(codes.qr),
        };
      }
    }
    const live = this.data.passes.filter((pass) => shown[pass.id]);
    this.setData(live.length === this.data.passes.length ? { shown } : { shown, passes: live });
  },

  async load() {
    const asked = this.asked += 1;
    try {
      const [mine, home] = await Promise.all([api.ask("MyPasses"), api.ask("HeadHome", { wishes: 1 })]);
      if (asked !== this.asked) return undefined;
      const head = home.viewer && home.viewer.householdHead;
      if (!head) return this.setData({ unread: "这里给联户长用" });
      const live = mine.viewer.householdHead.passes.edges.map((edge) => edge.node).filter((pass) => pass.secret);
      this.put(live.map(kept));
      return this.setData({ head, shops: home.shops.edges.map((edge) => edge.node), unread: "" });
    } catch (failed) {
      return asked === this.asked && this.setData({ unread: failed.message }); // the codes go on
    }
  },

  put(passes) {
    app.keep(PASSES, passes);
    this.setData({ passes });
    this.tick();
  },

  take({ currentTarget }) {
    const { id } = currentTarget.dataset;
    doing(this, async () => {
      const begun = wx.getStorageSync(TAKING);
      const input = begun && begun.discountId === id ? begun : { discountId: id, requestNo: requestNo() };
      app.keep(TAKING, input); // before it is sent: sent again, it is the same pass
      const { passIssue: answer } = await api.ask("PassIssue", { input });
      wx.removeStorageSync(TAKING);
      if (answer.pass && !answer.pass.secret) return { message: "这张码已经用过或取消，请再领一次" }; // it was lost on its way
      if (answer.pass) {
        this.put([kept(answer.pass)].concat(this.data.passes.filter(({ id: one }) => one !== answer.pass.id)));
        this.load();
      }
      return answer.errors[0];
    });
  },

  signOut() {
    doing(this, () => app.signOut());
  },
});
