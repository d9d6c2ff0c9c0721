// What must survive a lost answer, a reload and a dead battery: each preparation is written down with the number that
// it will be confirmed under, before that is sent, and struck out once the server has said what became of it.

import { api, list, remove, write } from "../session.js";
import { requestNo } from "../xingdian.js";

const KEY = "till:";

/**
 * @typedef {object} UnderWay
 * @property {string} requestNo under which it is confirmed, however often it is sent
 * @property {string} token
 * @property {string} shopId
 * @property {boolean} sent whether the cashier has pressed confirm
 * @property {string} expiresAt
 */

/** Write a fresh preparation down. @returns {Promise<UnderWay>} */
export async function begin(preparation) {
  const { shop, discount, ...facts } = preparation;
  const about = { shopId: shop.id, shopName: shop.name, title: discount?.title ?? "" };
  const row = { ...facts, ...about, requestNo: requestNo(), sent: false };
  await write(KEY + row.requestNo, row);
  return row;
}

export const forget = (row) => remove(KEY + row.requestNo);

/** Confirm, until there is an answer: `{ redemption }` or `{ refused }`. `retrying` hears of each failure. */
export async function confirm(row, retrying) {
  await write(KEY + row.requestNo, { ...row, sent: true });
  const input = { token: row.token, requestNo: row.requestNo };
  const { redemptionConfirm: answer } = await api.ask("RedemptionConfirm", { input }, { tries: Infinity, retrying });
  await forget(row);
  return { redemption: answer.redemption, refused: answer.errors[0] };
}

/** What became of one that was sent before this page began: it is looked up by its number, and sent again if nothing is
 *  known of it, which counts once. */
export async function settle(row, retrying) {
  const asked = { requestNo: row.requestNo };
  const { redemptionByRequestNo: found } = await api.ask("RedemptionByRequestNo", asked, { tries: Infinity, retrying });
  if (!found) return confirm(row, retrying);
  await forget(row);
  return { redemption: found };
}

/** The oldest that is under way at one of these shops; null for none. One that ran out before it was sent has taken
 *  nothing, and is forgotten. @returns {Promise<UnderWay|null>} */
export async function oldest(shopIds) {
  for (const row of await list(KEY)) {
    if (!shopIds.includes(row.shopId)) continue;
    if (row.sent || Date.parse(row.expiresAt) > api.now()) return row;
    await forget(row);
  }
  return null;
}
