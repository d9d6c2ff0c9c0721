// A pass as it is shown to a cashier: the QR code, the digits, and how long they stay.

import { useAwake } from "../parts/awake.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { html, useEffect, useState } from "../parts/html.js";
import { Qr } from "../parts/qr.js";
import { toast } from "../parts/toast.js";
import { moment } from "../parts/wishes.js";
import { api } from "../session.js";
import { codesAt } from "../xingdian.js";
import { termsOf } from "./words.js";

const LOOKS_EVERY = 250; // milliseconds

/** `onChange`: it has been cancelled. */
export function Shown({ pass, onChange }) {
  const [cancelling, setCancelling] = useState(false);
  const codes = useCodes(pass.codes);
  useAwake(true);
  return html`<section class="card shown" aria-labelledby="shown">
    <h2 id="shown">${pass.discount.title}</h2>
    <p>${pass.shop.name}<span class="dim"> · ${pass.shop.address}</span></p>
    ${codes ? html`<${Codes} codes=${codes} lasts=${pass.codes.stepSeconds} />` : html`<p role="status">这张码已过期，请重新领取。</p>`}
    ${pass.obstacle && html`<p class="wrong">${pass.obstacle.message}</p>`}
    <p class="hint">${termsOf(pass.discount)}。${moment(pass.expiresAt)} 前有效，没有网络也能用。</p>
    ${pass.availableActions.includes("CANCEL") && html`<button class="quiet" onClick=${() => setCancelling(true)}>
      不用了，取消这张码</button>`}
    ${cancelling && html`<${Cancel} pass=${pass} onClose=${() => setCancelling(false)}
      onDone=${() => { setCancelling(false); onChange(); }} />`}
  </section>`;
}

/** The codes of now; null once the pass has run out. The same object for as long as they stay. */
function useCodes(kept) {
  const [codes, setCodes] = useState(() => codesAt(kept));
  useEffect(() => {
    const look = () => setCodes((before) => {
      const now = codesAt(kept);
      return before?.qr === now?.qr && before?.short === now?.short ? before : now;
    });
    look();
    const timer = setInterval(look, LOOKS_EVERY);
    return () => clearInterval(timer);
  }, [kept]);
  return codes && { ...codes, secondsLeft: () => codesAt(kept)?.secondsLeft ?? 0 };
}

function Codes({ codes: { qr, short, secondsLeft }, lasts }) {
  return html`<${Qr} text=${qr} label="优惠码的二维码，请店员扫" />
    ${short ? html`<p class="digits" aria-label=${`短码 ${short.split("").join(" ")}`} role="img">
        ${[short.slice(0, 4), short.slice(4, 8), short.slice(8)].map((part) => html`<span>${part}</span>`)}</p>`
      : html`<p class="hint">这张码的数字已停用，请扫二维码。</p>`}
    <${Left} seconds=${secondsLeft} lasts=${lasts} />`;
}

/** How long the codes stay; nobody has to hear it count. */
function Left({ seconds, lasts }) {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const timer = setInterval(() => setLeft(seconds()), LOOKS_EVERY);
    return () => clearInterval(timer);
  }, [seconds]);
  return html`<p class="left" aria-hidden="true"><progress value=${left} max=${lasts}></progress>
    ${Math.ceil(left)} 秒后换新码</p>`;
}

function Cancel({ pass, onClose, onDone }) {
  const send = async () => {
    const input = { passId: pass.id };
    const { passCancel: answer } = await api.ask("PassCancel", { input }, { again: true });
    if (!answer.pass) return answer.errors[0];
    toast("已取消，什么都没有扣");
    return onDone();
  };
  return html`<${Dialog} title="取消这张码" onClose=${onClose}>
    <${Form} button="取消这张码" onSend=${send}>
      <p>“${pass.discount.title}”的码不能再用，占用的积分退回。想用时可以再领。</p>
    </${Form}>
  </${Dialog}>`;
}
