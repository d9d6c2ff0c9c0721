// One's own data: what was agreed to, all that is held as one file, and the end of the account.

import { api, leave } from "../session.js";
import { day } from "../xingdian.js";
import { Consent, CONSENT, useConsents } from "./consent.js";
import { Dialog } from "./dialog.js";
import { save } from "./download.js";
import { beside, Field, Form } from "./form.js";
import { html, useEffect, useRef, useState } from "./html.js";
import { Reason } from "./reason.js";
import { answerTo } from "./take.js";
import { Bound, Unproven, usePhoneCodes, useStanding } from "./whole.js";

export function OwnData({ onClose }) {
  const [doing, setDoing] = useState(null); // null, the kind of consent that is being withdrawn, or ERASE
  const [changes, setChanges] = useState(0);
  const { found, wrong } = useConsents(changes);
  const changed = () => setChanges((count) => count + 1);
  const back = () => setDoing(null);
  if (doing === "ERASE") return html`<${Erase} onClose=${back} />`;
  if (doing) {
    // Without the privacy notice the server has ended this session too.
    const done = doing === "PRIVACY_NOTICE" ? () => leave("/sign-in?ended") : () => { back(); changed(); };
    return html`<${Reason} name="ConsentWithdraw" input=${{ kind: doing }} title=${`撤回${CONSENT[doing].name}`}
      about=${CONSENT[doing].about} done="已撤回" onClose=${back} onDone=${done} />`;
  }
  const row = (one) => html`<li key=${one.kind}><${Consent} of=${one} onWithdraw=${() => setDoing(one.kind)}
    onChange=${changed} /></li>`;
  return html`<${Dialog} title="我的数据" onClose=${onClose}>
    <section class="own" aria-labelledby="agreed-title"><h3 id="agreed-title">告知和同意</h3>
      ${wrong && html`<p role="alert" class="wrong">${wrong}</p>`}
      ${!found && !wrong && html`<p role="status">正在打开…</p>`}
      ${found && html`<ul class="list">${found.map(row)}</ul>`}
    </section>
    <${Whole}><${Export} /><${End} onErase=${() => setDoing("ERASE")} /></${Whole}>
  </${Dialog}>`;
}

/** What only a whole session may do; or why this one may not. Where that can't be asked, the server says it. */
function Whole({ children }) {
  const { found, wrong } = useStanding();
  if (wrong || (found && !found.bound && !found.secondFactor.due)) return children;
  return found && html`<section class="own" aria-labelledby="whole-title">
    <h3 id="whole-title">导出我的数据、注销账号</h3>
    ${found.bound ? html`<${Bound}>收不到短信的，请到社区当面申请。</${Bound}>` : html`<${Unproven} />`}</section>`;
}

// -- the export -------------------------------------------------------------------------------------------------------

/** The promise of an export that has begun. As long as this page is open it can go on where it was cut; it is kept
 *  nowhere else. */
let begun = null;

async function part(input) {
  const { export: text, errors } = await answerTo("PrivacyExport", input);
  if (errors.length) throw Object.assign(new Error(errors[0].message), { refused: true });
  return JSON.parse(text);
}

const rowsOf = (document) => document.sections.reduce((sum, { rows }) => sum + rows.length, 0);

/** The document, its sections read to their ends unless it is no longer `wanted`; `came` is told of each part. */
async function exported(came, wanted) {
  begun ??= part({}).catch((failed) => { begun = null; throw failed; });
  const document = await begun;
  came(document);
  for (const section of document.sections) {
    while (section.next !== null && wanted()) {
      const [more] = (await part({ section: section.name, after: section.next })).sections;
      if (!wanted()) break; // by now another dialog may go on with it
      Object.assign(section, { ...more, rows: [...section.rows, ...more.rows] });
      came(document);
    }
  }
  return document;
}

function Export() {
  const [rows, setRows] = useState(0); // so far
  const [file, setFile] = useState(null);
  const alive = useRef(true);
  useEffect(() => {
    begun?.then((document) => setRows(rowsOf(document)), () => {});
    return () => { alive.current = false; };
  }, []);
  const cut = (failed) => {
    if (failed.refused) begun = null; // it can't go on
    if (!begun) setRows(0);
    const after = begun ? "。导出断了，已取到的还在：不要关掉这一页，稍后接着导出。" : "";
    return { message: failed.message + after };
  };
  const finish = (document) => {
    if (!alive.current) return; // it can be taken when this is opened again
    begun = null;
    const made = {
      name: `我的数据-${day(document.exportedAt)}.json`, rows: rowsOf(document),
      blob: new Blob([JSON.stringify(document, null, 1)], { type: "application/json" }),
    };
    save(made);
    setFile(made);
  };
  const send = () => exported((document) => setRows(rowsOf(document)), () => alive.current).then(finish, cut);
  return html`<section class="own" aria-labelledby="export-title"><h3 id="export-title">导出我的数据</h3>
    ${!file && html`<p>本区存着的您的全部资料，存成一个文件。</p>
      <${Form} button=${rows ? "接着导出" : "导出"} onSend=${send} />`}
    <div role="status">${file
      ? html`<p>共 ${file.rows} 条，已存为“${file.name}”。</p><p class="dim">里面有您的资料，请收好。没看到文件的，十分钟后请用手机自带的浏览器再导出。</p>`
      : rows > 0 && html`<p>已取到 ${rows} 条</p>`}</div>
    ${file && html`<div><button type="button" onClick=${() => save(file)}>再存一次</button></div>`}
  </section>`;
}

// -- the end of the account -------------------------------------------------------------------------------------------

/** The way to it; without text messages, what to do instead. */
function End({ onErase }) {
  const sends = usePhoneCodes();
  return html`<section class="own" aria-labelledby="erase-title"><h3 id="erase-title">注销账号</h3>
    <p>姓名、电话、地址和写下的文字永久删除，不能恢复。</p>
    ${sends === false && html`<p>本区暂未开通短信，这里办不了：请到社区当面申请注销。</p>`}
    ${sends && html`<div><button type="button" onClick=${onErase}>注销账号</button></div>`}
  </section>`;
}

function Erase({ onClose }) {
  const [phone, setPhone] = useState("");
  const [sent, setSent] = useState(null);
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState({});
  const ask = async () => {
    const { signInCodeSend: answer } = await api.ask("SignInCodeSend", {
      input: { phone: phone.trim(), purpose: "ERASE_ACCOUNT" },
    });
    setSent(answer.sent);
    const found = beside(answer.errors, ["phone"]);
    setWrong(found);
    return { message: found.all };
  };
  const erase = async () => {
    const { errors } = await answerTo("AccountErase", { handle: sent.handle, code: code.trim() });
    const found = beside(errors, ["code"]);
    setWrong(found);
    return errors.length ? { message: found.all } : leave("/sign-in?erased");
  };
  return html`<${Dialog} title="注销账号" onClose=${onClose}>
    <${Form} key=${sent ? "code" : "phone"} button=${sent ? "永久注销" : "获取验证码"} onSend=${sent ? erase : ask}
      disabled=${!(sent ? code : phone).trim()}>
      <ul class="follows">
        <li>姓名、电话、地址和写下的文字永久删除，不能恢复。</li>
        <li>没办完的心愿取消；联户长同时离任，优惠码作废。</li>
        <li>积分和对账的数目按规定留着，不写姓名。</li>
      </ul>
      <p>想留一份的，请先导出。收不到短信的，请到社区当面申请。</p>
      ${sent ? html`<p role="status">验证码已发到 ${phone}，五分钟内有效。</p>
        <${Field} id="erase-code" label=${`${sent.digits} 位验证码`} class="code" value=${code} error=${wrong.code}
          inputmode="numeric" autocomplete="one-time-code" maxlength=${sent.digits}
          onValue=${(value) => { setCode(value); setWrong({}); }} />`
        : html`<${Field} id="erase-phone" label="您登记的手机号" type="tel" autocomplete="tel" value=${phone}
          error=${wrong.phone} onValue=${(value) => { setPhone(value); setWrong({}); }} />`}
    </${Form}>
    ${sent && html`<button type="button" class="quiet" onClick=${() => { setSent(null); setCode(""); setWrong({}); }}>
      重新获取，或换手机号</button>`}
    <button type="button" class="quiet" onClick=${onClose}>不注销了</button>
  </${Dialog}>`;
}
