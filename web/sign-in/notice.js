// The privacy notice, before anything else is shown, and again when its text has changed.

import { Form } from "../parts/form.js";
import { html } from "../parts/html.js";
import { Prose } from "../parts/prose.js";
import { api, signOut } from "../session.js";

/** The required text that this person has still to agree to; null for none. */
export async function noticeDue() {
  const [{ viewer }, { consentTexts }] = await Promise.all([api.ask("MyConsents"), api.ask("ConsentTexts")]);
  const given = viewer.consents.filter((one) => one.current && !one.withdrawnAt).map((one) => one.kind);
  return consentTexts.find((one) => one.required && !given.includes(one.kind)) ?? null;
}

export function Notice({ words, notice, onDone }) {
  const agree = async () => {
    const input = { kind: notice.kind, version: notice.version };
    const { consentGive: answer } = await api.ask("ConsentGive", { input }, { again: true });
    return answer.consent ? onDone() : answer.errors[0];
  };
  return html`<${Prose} text=${notice.text} name="隐私告知" />
    <${Form} button=${words.agree} onSend=${agree} />
    <button class="quiet" onClick=${() => signOut("/sign-in")}>${words.disagree}</button>`;
}
