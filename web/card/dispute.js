// Disputing what was redeemed.

import { html } from "../parts/html.js";
import { Reason } from "../parts/reason.js";
import { yuan } from "../xingdian.js";

export function Disputing({ redemption, ...rest }) {
  return html`<${Reason} name="RedemptionDispute" input=${{ redemptionId: redemption.id }} title="提出异议"
    about=${`${redemption.shop?.name}，应付 ¥${yuan(redemption.payableFen)}。区里会核实，成立就退回积分。`}
    label="哪里不对" hint="店铺看不到，最多 200 个字" reasons=${["不是我本人", "金额不对", "没有给优惠"]}
    done="已提出异议，区里会核实" ...${rest} />`;
}
