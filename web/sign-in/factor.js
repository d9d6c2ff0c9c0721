// The second factor: shown by who has one, set up by whose role requires one.

import { Field, Form } from "../parts/form.js";
import { html, useEffect, useState } from "../parts/html.js";
import { Secret } from "../parts/secret.js";
import { api } from "../session.js";

export function Factor({ words, factor, onDone }) {
  return html`<${factor.confirmed ? Show : Enrol} words=${words} onDone=${onDone} />`;
}

function Show({ words, onDone }) {
  const [code, setCode] = useState("");
  const send = async () => {
    const { secondFactorShow: answer } = await api.ask("SecondFactorShow", { input: { code: code.trim() } });
    return answer.secondFactor ? onDone() : answer.errors[0];
  };
  return html`<h2>${words.factorTitle}</h2><p>${words.factorAbout}</p>
    <${Form} button=${words.verify} onSend=${send} disabled=${!code.trim()}>
      <${Field} id="factor" label=${words.factorCode} value=${code} class="code" autocomplete="one-time-code"
        onValue=${setCode} />
    </${Form}>`;
}

function Enrol({ words, onDone }) {
  const [enrolment, setEnrolment] = useState(null);
  const [wrong, setWrong] = useState("");
  const [code, setCode] = useState("");
  const [recovery, setRecovery] = useState(null);
  const begin = () => {
    setWrong("");
    api.ask("SecondFactorBegin", { input: {} }).then(({ secondFactorBegin: answer }) => {
      setEnrolment(answer.enrolment);
      setWrong(answer.errors[0]?.message ?? "");
    }, (failed) => setWrong(failed.message));
  };
  useEffect(begin, []);
  const send = async () => {
    const { secondFactorConfirm: answer } = await api.ask("SecondFactorConfirm", { input: { code: code.trim() } });
    setRecovery(answer.recoveryCodes);
    return answer.errors[0];
  };
  if (recovery) {
    return html`<h2>${words.recoveryTitle}</h2><p>${words.recoveryAbout}</p>
      <ul class="codes">${recovery.map((one) => html`<li><code>${one}</code></li>`)}</ul>
      <button class="primary" onClick=${onDone}>${words.kept}</button>`;
  }
  return html`<h2>${words.enrolTitle}</h2><p>${words.enrolAbout}</p>
    ${wrong && html`<p class="wrong" role="alert">${wrong}</p><button class="primary" onClick=${begin}>${words.retry}</button>`}
    ${enrolment && html`<${Secret} enrolment=${enrolment} words=${words} />
      <${Form} button=${words.verify} onSend=${send} disabled=${!code.trim()}>
        <${Field} id="factor" label=${words.sixDigits} value=${code} class="code" inputmode="numeric"
          onValue=${setCode} />
      </${Form}>`}`;
}
