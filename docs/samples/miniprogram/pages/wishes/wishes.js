// The wishes that a head has in hand: accepted or still to be, and completed with a note.

import { doing } from "../../doing.js";
import { day, time } from "../../lib/xingdian.js";

const app = getApp();
const { api } = app;
const PAGE = 20;
const MAX_PAGE = 100;
const NOTE = "note"; // kept until the wish is completed: { completing, note }

const CATEGORY = {
  ERRAND: "代办", REPAIR: "维修", CARE: "照护", COMPANY: "陪伴", STUDY: "辅导", GOODS: "物资", OTHER: "其他",
};

/** An instant in words: 05-15 12:05. */
const moment = (instant) => `${day(instant).slice(5)} ${time(instant)}`;

Page({
  data: { category: CATEGORY, wishes: null, until: {}, completing: "", note: "", unread: "", busy: false, wrong: "" },
  after: null, // where the next page begins

  onLoad() {
    this.setData(wx.getStorageSync(NOTE) || {});
  },

  // What changes is told while the page is seen; WeChat ends connections of a mini-program that is not.
  onShow() {
    this.stop = api.subscribe("WishChanged", {}, () => this.load());
    this.connected = ({ isConnected }) => isConnected && this.load();
    wx.onNetworkStatusChange(this.connected);
    this.load();
  },
  onHide() {
    this.stop();
    wx.offNetworkStatusChange(this.connected);
  },
  onUnload() {
    this.onHide();
  },

  async onPullDownRefresh() {
    await this.load();
    wx.stopPullDownRefresh();
  },

  async onReachBottom() {
    if (this.after) this.show(await this.page({ first: PAGE, after: this.after }), this.data.wishes);
  },

  /** Read anew as many as are shown. */
  async load() {
    const first = Math.min(MAX_PAGE, Math.max(PAGE, (this.data.wishes || []).length));
    const found = await this.page({ first });
    if (found) this.show(found, []);
  },

  async page(given) {
    try {
      const { viewer } = await api.ask("HeadWishes", given);
      const head = viewer && viewer.householdHead;
      this.setData({ unread: head ? "" : "这里给联户长用" });
      return head && head.wishes;
    } catch (failed) {
      return this.setData({ unread: failed.message });
    }
  },

  show(found, before) {
    if (!found) return;
    const wishes = before.concat(found.edges.map((edge) => edge.node));
    const dated = wishes.filter((wish) => wish.deadlineAt);
    this.after = found.pageInfo.hasNextPage ? found.pageInfo.endCursor : null;
    this.setData({ wishes, until: Object.fromEntries(dated.map((wish) => [wish.id, moment(wish.deadlineAt)])) });
  },

  accept({ currentTarget }) {
    doing(this, () => this.step("WishAccept", { wishId: currentTarget.dataset.id }));
  },

  begin({ currentTarget }) {
    this.write(currentTarget.dataset.id, "");
  },

  type({ detail }) {
    this.write(this.data.completing, detail.value);
  },

  write(completing, note) {
    this.setData({ completing, note });
    app.keep(NOTE, { completing, note });
  },

  complete() {
    doing(this, () => this.step("WishComplete", { wishId: this.data.completing, note: this.data.note }));
  },

  /** The server takes a step once, however often it is sent: it is sent again where no answer came. */
  async step(name, input) {
    const { [name[0].toLowerCase() + name.slice(1)]: answer } = await api.ask(name, { input }, { again: true });
    if (answer.wish && answer.wish.id === this.data.completing) this.write("", "");
    await this.load();
    return answer.errors[0];
  },
});
