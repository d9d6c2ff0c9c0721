// The code and the bill: scanned, typed on a keyboard, or by the keypad.

import { Field, Wrong } from "../parts/form.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../parts/html.js";
import { Keypad } from "../parts/keypad.js";
import { Scan } from "../parts/scan.js";
import { amiss, isBillSoFar, isCode, plain, plainBill, prepare } from "./asking.js";

const SCAN = {
  scan: "扫码", aim: "把顾客手机上的二维码放在画面中间", other: "这不是优惠码：请扫顾客手机上优惠码的二维码",
  instead: "也可以输入 11 位数字。", lost: "扫码组件没有取到：请检查网络，或输入 11 位数字",
};

/** `given`: the code and the bill to begin with. `onAnswer` is told what preparing gave, and for which; `onIdle`
 *  whether nothing has been entered. */
export function Entry({ given, onAnswer, onIdle }) {
  const entry = useEntry(given, onAnswer);
  useEffect(() => onIdle(entry.idle), [entry.idle]);
  const { code, bill, wrong, places } = entry;
  return html`<form class="card" onSubmit=${entry.send} novalidate>
    <div class="with-button">
      <${Field} id="pass" label="优惠码" hint="扫码，或输入 11 位数字" value=${code} error=${wrong.code}
        place=${places.code} class="code" inputmode="none" spellcheck=${false}
        onValue=${entry.setCode} onFocus=${() => entry.setActive("code")} />
      <${Scan} words=${SCAN} accepts=${isCode} onRead=${entry.setCode} onWrong=${(all) => entry.setWrong({ all })} />
    </div>
    <${Field} id="bill" label="消费金额（元）" hint="免费的赠品输入 0" value=${bill} error=${wrong.bill} place=${places.bill} class="code"
      inputmode="none" placeholder="0.00" onValue=${entry.setBill}
      onFocus=${() => entry.setActive("bill")} onKeyDown=${entry.scannedInto} />
    <${Wrong} text=${wrong.all} />
    <${Keypad} onKey=${entry.press} point=${entry.active === "bill"} />
    <button class="primary" aria-busy=${entry.sending}>${entry.sending ? "…" : "看应付金额"}</button>
  </form>`;
}

function useEntry(given, onAnswer) {
  const [code, putCode] = useState(given.code ?? "");
  const [bill, putBill] = useState(given.bill ?? "");
  const [active, setActive] = useState(given.code ? "bill" : "code");
  const [wrong, setWrong] = useState(given.wrong ?? {});
  const [sending, setSending] = useState(false);
  const places = { code: useRef(null), bill: useRef(null) };
  const to = (field) => places[field].current?.focus();

  // Before the next key: a scanner types fast. No keyboard opens on a phone, for the fields say inputmode none.
  useLayoutEffect(() => to(active), []);
  useScanner(() => to("code"));

  const setCode = (text) => {
    setWrong({});
    putCode(text.includes("XD1.") ? plain(text) : text);
    if (isCode(text)) to("bill");
  };
  const setBill = (text) => {
    setWrong({});
    const typed = plainBill(text);
    putBill(isBillSoFar(typed) ? typed : bill);
  };
  const press = (key) => {
    const [value, set] = active === "code" ? [plain(code), setCode] : [bill, setBill];
    set(key === null ? value.slice(0, -1) : value + key);
  };
  /** A code is scanned while the bill is typed: it goes where codes go. */
  const scannedInto = (event) => {
    if (!/^[A-Za-z]$/.test(event.key) || event.ctrlKey || event.metaKey) return;
    putCode("");
    to("code");
  };
  const send = async (event) => {
    event.preventDefault();
    const found = amiss(code, bill);
    // Enter, also a scanner's, goes on to the bill first.
    if (found.bill && !bill) return to("bill");
    if (sending || found.code || found.bill) return refuse(found);
    setSending(true);
    const retrying = () => setWrong({ all: "服务繁忙或网络不通，正在重试…" });
    const answer = await prepare(code, bill, retrying).catch((failed) => ({ wrong: { all: failed.message } }));
    setSending(false);
    if (answer.wrong?.code) putCode(""); // it opens nothing any more
    if (answer.wrong) return refuse(answer.wrong);
    return onAnswer(answer, { code, bill });
  };
  const refuse = (found) => {
    setWrong(found);
    if (found.code) to("code");
    if (found.bill) to("bill");
  };
  const idle = !code && !bill && !sending;
  const acts = { setCode, setBill, setActive, setWrong, press, scannedInto, send };
  return { code, bill, active, wrong, sending, places, idle, ...acts };
}

/** A desktop scanner types: where no field has the focus, its first key calls for one. */
export function useScanner(called) {
  useEffect(() => {
    const heard = (event) => {
      const elsewhere = event.target.closest?.("input, textarea, select, dialog, button, a");
      if (!elsewhere && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) called();
    };
    addEventListener("keydown", heard);
    return () => removeEventListener("keydown", heard);
  });
}
