// What is asked with a code and a bill: both checked before they are sent, and what was refused put beside its field.

import { api } from "../session.js";
import { fenOf, isShortCode } from "../xingdian.js";
import { begin } from "./under-way.js";

const QR = /^XD1\.[\w-]{22}\.\d{1,16}\.[\w-]{22}$/;
const BILL_TYPED = /^\d{0,6}(\.\d{0,2})?$/;
const MAX_BILL_FEN = 10_000_000;

const narrow = (text) => text.replace(/[０-９]/g, (one) => String(one.charCodeAt(0) - 0xff10));

/** A code as it is sent: the QR code's text, whatever stood in the field before it was scanned; or digits without spaces,
 *  full-width ones as others. */
export function plain(code) {
  const scanned = code.lastIndexOf("XD1.");
  return scanned < 0 ? narrow(code.replace(/\s/g, "")) : code.slice(scanned).trim();
}

/** A bill as any keyboard types it, a Chinese one with its own point. */
export const plainBill = (text) => narrow(text).replace(/[。．]/, ".");

export const isCode = (code) => QR.test(plain(code)) || isShortCode(code);
export const isBillSoFar = (text) => BILL_TYPED.test(text);

/** What is wrong with the fields, by field; an empty object for nothing. */
export function amiss(code, bill) {
  if (!isCode(code)) {
    return { code: /^\d{11}$/.test(plain(code)) ? "这 11 位数字有误，请核对" : "请扫码，或输入 11 位数字" };
  }
  const fen = fenOf(bill);
  return fen !== null && fen <= MAX_BILL_FEN ? {} : { bill: "请输入消费金额，最多 10 万元；免费的赠品输入 0" };
}

/** Prepare: `{ row }`, written down; or `{ redemption, message }` of a pass just redeemed; or `{ wrong }`, by field. */
export async function prepare(code, bill, retrying) {
  const input = { code: plain(code), billFen: fenOf(bill) };
  const { redemptionPrepare: answer } = await api.ask("RedemptionPrepare", { input }, { again: true, retrying });
  if (answer.preparation) return { row: await begin(answer.preparation) };
  const [error] = answer.errors;
  if (answer.redemption) return { redemption: answer.redemption, message: error.message };
  return { wrong: { [fieldOf(error)]: error.message } };
}

function fieldOf({ code, field }) {
  if (code === "BELOW_MINIMUM_SPEND" || field?.includes("billFen")) return "bill";
  return code === "CODE_INVALID" ? "code" : "all";
}
