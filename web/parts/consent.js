// What one agrees to: the text, since when, and the way to agree and to take it back, each as short as the other.

import { api } from "../session.js";
import { day } from "../xingdian.js";
import { useFocusOnChange } from "./focus.js";
import { html, useEffect, useState } from "./html.js";
import { Prose } from "./prose.js";
import { answerTo } from "./take.js";
import { toast } from "./toast.js";

/** By the kind of a consent: what its text is called, and what follows once it is withdrawn. */
export const CONSENT = {
  PRIVACY_NOTICE: {
    name: "隐私告知",
    about: "撤回后，您在各处的登录全部退出；再登录时要重新阅读并同意。资料还在，要删除请注销账号。",
  },
  CARE_DETAILS: {
    name: "照护信息的单独同意",
    about: "撤回后，请不要再在心愿里写健康状况等情况；已经写下的，随心愿保留到注销账号。",
  },
};

/** One's consents with the texts as they are now, read again after each of `changes`: `found` is null until they are
 *  there, then of each kind its `kind`, the `text` as it is now and the `consent` that was given last, if any. */
export function useConsents(changes) {
  const [found, setFound] = useState(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    let alive = true;
    Promise.all([api.ask("MyConsents"), api.ask("ConsentTexts")]).then(([{ viewer }, { consentTexts }]) => {
      if (!alive) return;
      setWrong("");
      setFound(consentTexts.map((text) => ({ kind: text.kind, text, consent: viewer.consents.find(({ kind }) => kind === text.kind) })));
    }, (failed) => alive && setWrong(failed.message));
    return () => { alive = false; };
  }, [changes]);
  return { found, wrong };
}

/** One kind. The text that was agreed to can be read, and what is asked for now where it is another one. `onWithdraw`
 *  is told that it is to be withdrawn, `onChange` that it was given. */
export function Consent({ of: { kind, text, consent }, onWithdraw, onChange }) {
  const [wrong, setWrong] = useState("");
  const { name } = CONSENT[kind];
  const stands = Boolean(consent) && !consent.withdrawnAt;
  const other = Boolean(consent) && consent.version !== text.version;
  const place = useFocusOnChange(stands); // what was pressed is gone
  const give = async () => {
    const [error] = await answerTo("ConsentGive", { kind, version: text.version }).then(({ errors }) => errors, (failed) => [failed]);
    setWrong(error?.message ?? "");
    if (error) return;
    toast("已同意");
    onChange();
  };
  const since = consent && `${day(consent.givenAt)} 起同意${stands ? "" : `，${day(consent.withdrawnAt)} 撤回`}`;
  return html`<div class="session">
    <b tabindex="-1" ref=${place}>${name}${consent ? `（第 ${consent.version} 版）` : ""}</b>
    ${stands && html`<button type="button" class="quiet" aria-label=${`撤回：${name}`} onClick=${onWithdraw}>撤回</button>`}
    <span class="dim">${since || (text.required ? "还没有同意" : "没有同意，由您自愿")}</span>
    ${consent && (stands || other) && html`<details><summary>看同意的全文</summary>
      ${consent.text ? html`<${Prose} text=${consent.text} name=${`${name}，第 ${consent.version} 版`} />`
        : html`<p>这一版的全文，请向社区索取。</p>`}</details>`}
    ${(!stands || other) && html`<details><summary>${stands ? `有了第 ${text.version} 版，要重新同意` : "看全文，再决定"}</summary>
      <${Prose} text=${text.text} name=${`${name}，第 ${text.version} 版`} />
      <button type="button" class="first" aria-label=${`同意：${name}`} onClick=${give}>同意</button></details>`}
    ${wrong && html`<p role="alert" class="wrong">${wrong}</p>`}
  </div>`;
}
