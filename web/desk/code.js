// A one-use code for somebody who is present: shown large, to be read off or scanned.

import { Dialog } from "../parts/dialog.js";
import { html, useEffect, useState } from "../parts/html.js";
import { moment } from "../parts/wishes.js";
import { api } from "../session.js";

/** `name`: the document that makes the code, with its `input`. */
export function ShowCode({ name, input, onClose }) {
  const [code, setCode] = useState(null);
  const [wrong, setWrong] = useState("");
  const make = async () => {
    setWrong("");
    const { [name[0].toLowerCase() + name.slice(1)]: answer } = await api.ask(name, { input });
    setCode(answer.code);
    setWrong(answer.errors[0]?.message ?? "");
  };
  const again = () => make().catch((failed) => setWrong(failed.message));
  useEffect(() => void again(), []);
  return html`<${Dialog} title="现场登录码" onClose=${onClose}>
    <div role="alert">${wrong && html`<p class="wrong">${wrong}</p>`}</div>
    ${!code && !wrong && html`<p role="status">正在开码…</p>`}
    ${wrong && html`<button class="primary" onClick=${again}>再试一次</button>`}
    ${code && html`<div class="one-use">
      <p>请 <b>${code.displayName}</b> 用自己的手机打开登录页，选“登录码”，输入：</p>
      <p class="amount">${code.text}</p>
      <img src=${`data:image/svg+xml,${encodeURIComponent(code.qrSvg)}`} alt="登录码的二维码" width="200" height="200" />
      <p class="hint">${moment(code.expiresAt)} 前有效，只能用一次。请当面交给本人，不要转发。</p>
    </div>`}
  </${Dialog}>`;
}
