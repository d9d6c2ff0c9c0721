// What a wish for care may say of somebody's health: only what was agreed to, on its own, and as easily taken back.

import { Consent, CONSENT, useConsents } from "../parts/consent.js";
import { html, useState } from "../parts/html.js";
import { take } from "../parts/take.js";
import { toast } from "../parts/toast.js";

const KIND = "CARE_DETAILS";

export function Care() {
  const [changes, setChanges] = useState(0);
  const [wrong, setWrong] = useState("");
  const { found } = useConsents(changes); // where they can't be read, the wish goes on, without these details
  const changed = () => { setWrong(""); setChanges((count) => count + 1); };
  const withdraw = async () => {
    const [refused] = await take("ConsentWithdraw", { kind: KIND }).then(Object.values, (failed) => [failed.message]);
    if (refused) return setWrong(refused);
    toast("已撤回");
    return changed();
  };
  const one = found?.find(({ kind }) => kind === KIND);
  const agreed = one?.consent?.current;
  return html`<section class="care" aria-label=${CONSENT[KIND].name}>
    <p class="hint">${agreed ? "只写帮忙必须知道的，例如“需要轮椅”。" : "健康、行动不便、服药等情况，同意以后才写；不同意的，见面再说。"}</p>
    ${one && html`<${Consent} of=${one} onWithdraw=${withdraw} onChange=${changed} />`}
    ${wrong && html`<p role="alert" class="wrong">${wrong}</p>`}
  </section>`;
}
