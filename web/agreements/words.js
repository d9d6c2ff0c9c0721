// Agreements with partners (共建协议), in words.

import { date } from "../admin/words.js";

export { date };

export const STATE = { DRAFT: "待签署", ACTIVE: "生效中", ENDED: "已终止" };

/** Until when an agreement holds, or held. */
export const holds = ({ signedOn, until }) => (signedOn ? `${date(signedOn)}起，` : "") + `${date(until)}到期`;
