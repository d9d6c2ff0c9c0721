// Where a shop has its own system told of redemptions. To be read: its owners change it.

import { html } from "../parts/html.js";
import { api } from "../session.js";
import { Listed, Particulars } from "./lists.js";
import { moment, WEBHOOK_STATE } from "./words.js";

export function Pushes({ shop, changes }) {
  const ask = async (page) => (await api.ask("ShopWebhooks", { id: shop.id, ...page })).node.webhooks;
  const row = (one) => html`<article class="piece"><h4 class="typed">${one.url}</h4>
    <${Particulars} of=${[["状态", WEBHOOK_STATE[one.state]], ["事件", one.events.join("，")],
      ["添加", `${one.createdByName}，${moment(one.createdAt)}`]]} /></article>`;
  return html`<${Listed} title="推送地址" ask=${ask} changes=${changes} row=${row}
    empty="没有推送地址。店铺自己的收银系统可以由店主登记，接收核销通知。" />`;
}
