// Thanks for a redemption: one tap, once. The shop learns sums of months alone.

import { html, useState } from "../parts/html.js";
import { take } from "../parts/take.js";
import { toast } from "../parts/toast.js";

const WORDS = { QUICK: "快捷", KIND: "热心", GOOD: "实惠" };

/** The word that was said, or the three to choose from while there is time. */
export function Thank({ redemption, onDone }) {
  const [sending, setSending] = useState(false);
  const { thankedWith, availableActions, shop } = redemption;
  if (thankedWith) return html`<p class="dim">已致谢：${WORDS[thankedWith]}</p>`;
  if (!availableActions.includes("THANK")) return null;
  const say = async (word) => {
    setSending(true);
    // The same word sent again is said once, so that a lost answer does no harm.
    const refused = await take("RedemptionThank", { redemptionId: redemption.id, word }).catch((failed) => ({ all: failed.message }));
    setSending(false);
    toast(Object.values(refused)[0] ?? "已致谢，店铺只看到每月合计");
    onDone();
  };
  return html`<div class="thank" role="group" aria-label=${`谢谢${shop?.name ?? "店铺"}`}>
    <span class="dim">谢谢店铺：</span>${Object.entries(WORDS).map(([word, name]) => html`<button key=${word} type="button"
      class="chip" disabled=${sending} onClick=${() => say(word)}>${name}</button>`)}</div>`;
}
