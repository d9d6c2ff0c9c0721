// Amounts, as a till shows them.

import { html } from "../parts/html.js";
import { yuan } from "../xingdian.js";

export const Amount = ({ fen }) => html`<span class="amount"><small>¥</small>${yuan(fen)}</span>`;

/** What one pays and saves, line by line. */
export const Facts = ({ of: row, title }) => html`<dl class="facts">
  ${row.shopName && html`<dt>店铺</dt><dd>${row.shopName}</dd>`}
  <dt>顾客</dt><dd>${row.headName}</dd>
  <dt>优惠</dt><dd>${title}</dd>
  <dt>原价</dt><dd>¥${yuan(row.billFen)}</dd>
  <dt>已优惠</dt><dd>¥${yuan(row.savedFen)}</dd>
</dl>`;
