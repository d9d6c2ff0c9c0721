// The ways in: a code sent to the phone, and a one-use code.

import { choose, chosen } from "../parts/chosen.js";
import { Field, Form } from "../parts/form.js";
import { html, useEffect, useRef, useState } from "../parts/html.js";
import { Scan } from "../parts/scan.js";
import { api, device } from "../session.js";

const PHONE = /^(\+?86)?1\d{10}$/;
const ONE_USE = /^[a-z2-7]{12}$/i;
const LABEL = "网页"; // how the session is listed for its owner

/** The seconds until an instant, by the server's clock; it is drawn anew each second. */
function useSecondsUntil(instant) {
  const left = () => Math.max(0, Math.ceil((Date.parse(instant) - api.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 1000);
    return () => clearInterval(timer);
  }, [instant]);
  return seconds;
}

const SENT = "sign-in"; // a phone forgets the page while one reads the message

/** The phone that a code was sent to, and what was answered, as long as the code can be used. */
function lastSent() {
  try {
    const row = JSON.parse(chosen(SENT, "sessionStorage"));
    return Date.parse(row.sent.expiresAt) > api.now() ? row : null;
  } catch {
    return null;
  }
}

/** `onIn` is told what signing in gave: a token, or a ticket. */
export function ByPhone({ words, onIn }) {
  const [last] = useState(lastSent);
  const [phone, setPhone] = useState(last?.phone ?? "");
  const [sent, putSent] = useState(last?.sent ?? null);
  const [wrong, setWrong] = useState("");
  const setSent = (answer) => {
    choose(SENT, answer && JSON.stringify({ phone, sent: answer }), "sessionStorage");
    putSent(answer);
  };
  const digits = phone.replace(/[\s-]/g, "");

  const send = async () => {
    if (!PHONE.test(digits)) return setWrong(words.notPhone);
    const { signInCodeSend: answer } = await api.ask("SignInCodeSend", { input: { phone: digits } });
    setSent(answer.sent ?? sent);
    return answer.errors[0];
  };
  if (sent) {
    const come = (signedIn) => { choose(SENT, null, "sessionStorage"); return onIn(signedIn); };
    return html`<${Code} words=${words} phone=${digits} sent=${sent} onIn=${come} onAgain=${send}
      onOther=${() => setSent(null)} />`;
  }
  return html`<${Form} button=${words.send} onSend=${send}>
    <${Field} id="phone" label=${words.phone} value=${phone} error=${wrong} type="tel" autocomplete="tel"
      onValue=${(value) => { setPhone(value); setWrong(""); }} />
  </${Form}>`;
}

function Code({ words, phone, sent, onIn, onAgain, onOther }) {
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState("");
  const [said, setSaid] = useState("");
  const seconds = useSecondsUntil(sent.againAt);
  const send = async () => {
    if (!new RegExp(`^\\d{${sent.digits}}$`).test(code.trim())) return setWrong(words.notDigits(sent.digits));
    const input = { handle: sent.handle, code: code.trim(), device: await device(), label: LABEL };
    const { signInByPhone: answer } = await api.ask("SignInByPhone", { input });
    if (answer.signedIn) return onIn(answer.signedIn);
    return answer.errors[0];
  };
  const again = async () => {
    setCode("");
    setSaid((await onAgain().catch((failed) => failed))?.message ?? "");
  };
  return html`<${Form} button=${words.signIn} onSend=${send}>
      <p>${words.sentTo(phone)}</p>
      <${Field} id="code" label=${words.code(sent.digits)} value=${code} error=${wrong} class="code" inputmode="numeric"
        autocomplete="one-time-code" maxlength=${sent.digits} autofocus
        onValue=${(value) => { setCode(value); setWrong(""); }} />
    </${Form}>
    <p class="row">
      <button class="quiet" disabled=${seconds > 0} onClick=${again}>
        ${seconds > 0 ? words.againIn(seconds) : words.again}</button>
      <button class="quiet" onClick=${onOther}>${words.otherPhone}</button>
    </p>
    <div role="alert">${said && html`<p class="wrong">${said}</p>`}</div>`;
}

/** A one-use code without what stands before it in a QR code, and without what is typed between. */
const plainCode = (code) => code.replace(/^XD1:/i, "").replace(/[\s-]/g, "");

/** `given`: a code that came with the address. It waits for a tap, since an address may come from anybody. */
export function ByCode({ words, language, given, onIn }) {
  const [code, setCode] = useState(given);
  const [wrong, setWrong] = useState("");
  const place = useRef(null);
  const put = (text) => {
    setCode(text);
    setWrong("");
  };
  const read = (text) => {
    put(plainCode(text));
    place.current.focus(); // where Enter signs in
  };
  const send = async () => {
    const plain = plainCode(code);
    if (!ONE_USE.test(plain)) return setWrong(words.notCode);
    const input = { code: plain, device: await device(), label: LABEL };
    const { signInByCode: answer } = await api.ask("SignInByCode", { input });
    if (answer.signedIn) return onIn(answer.signedIn);
    return answer.errors[0];
  };
  return html`<${Form} button=${words.signIn} onSend=${send}>
    <div class="with-button">
      <${Field} id="one-use" label=${words.oneUse} hint=${words.oneUseHint} value=${code} error=${wrong} place=${place}
        class="code" autocapitalize="characters" spellcheck=${false} onValue=${put} />
      <${Scan} words=${words.scanning} language=${language} accepts=${(text) => ONE_USE.test(plainCode(text))}
        onRead=${read} onWrong=${setWrong} />
    </div>
  </${Form}>`;
}
