// Where one is signed in, and one's second factor: what everybody can see of both, and end; and the way to one's data.

import { api, signOut } from "../session.js";
import { day, time } from "../xingdian.js";
import { Dialog } from "./dialog.js";
import { Field, Form } from "./form.js";
import { html, useState } from "./html.js";
import { List } from "./list.js";
import { OwnData } from "./own-data.js";
import { usePages } from "./pages.js";
import { Secret } from "./secret.js";
import { answerTo } from "./take.js";
import { toast } from "./toast.js";
import { Bound, useStanding } from "./whole.js";

const METHOD = {
  PHONE: "手机验证码", DESK: "社区出示的登录码", SHOP: "店主出示的登录码", CODE: "运维人员出示的登录码", OPERATOR: "运维人员打开",
  WECHAT: "微信",
};

const at = (instant) => `${day(instant)} ${time(instant)}`;
const askSessions = async (page) => (await api.ask("MySessions", page)).viewer.sessions;

export function Sessions({ onClose }) {
  const [changes, setChanges] = useState(0);
  const [wrong, setWrong] = useState("");
  const [data, setData] = useState(false); // one's own data, in place of this
  const pages = usePages(askSessions, changes);
  const end = async (name, input, done) => {
    const [error] = await answerTo(name, input).then(({ errors }) => errors, (failed) => [failed]);
    setWrong(error?.message ?? "");
    if (error) return;
    toast(done);
    setChanges((count) => count + 1);
  };
  const row = (one) => html`<div class="session"><b>${one.label || "没有备注的设备"}</b>
    ${one.isCurrent && html`<span class="tag">这一处</span>`}
    ${!one.isCurrent && one.availableActions.includes("END") && html`<button type="button" class="quiet"
      aria-label=${`退出：${one.label || "没有备注的设备"}，${at(one.createdAt)}`}
      onClick=${() => end("SessionEnd", { sessionId: one.id }, "已退出那一处")}>退出</button>`}
    <span class="dim">${METHOD[one.method]}${one.openedBy ? `（${one.openedBy}）` : ""}，${at(one.createdAt)} 登录</span>
    <span class="dim">最近使用 ${at(one.lastSeenAt)}</span></div>`;
  const others = pages.found?.nodes.some((one) => !one.isCurrent);
  if (data) return html`<${OwnData} onClose=${onClose} />`;
  return html`<${Dialog} title="我的登录" onClose=${onClose}>
    <div class="to-own"><button type="button" onClick=${() => setData(true)}>我的数据</button></div>
    ${(wrong || pages.wrong) && html`<p role="alert" class="wrong">${wrong || pages.wrong}</p>`}
    ${!pages.found && !pages.wrong && html`<p role="status">正在打开…</p>`}
    ${pages.found && html`<${List} rows=${pages.found.nodes} row=${row} onMore=${pages.onMore} empty="没有登录。" />`}
    ${others && html`<button type="button"
      onClick=${() => end("SessionsEnd", { keepCurrent: true }, "别处都已退出")}>退出其他全部</button>`}
    <${SecondFactor} />
    <button type="button" class="quiet" onClick=${() => signOut()}>退出登录</button>
  </${Dialog}>`;
}

/** By what is being done with the second factor: its document, what is said, and what is said once it is done. */
const DOINGS = {
  renew: { document: "RecoveryCodesRenew", button: "换一组恢复码", about: "原来的恢复码全部作废，新的只显示一次。" },
  replace: { document: "SecondFactorBegin", button: "换一部手机", about: "先填现在的验证码，再在新的应用里添加密钥。" },
  end: { document: "SecondFactorEnd", button: "停用", about: "停用后登录不再要验证码。" },
  begin: { document: "SecondFactorBegin", button: "设置两步验证" },
};

const SECRET = { qr: "验证器应用的二维码", openApp: "在本机的验证器应用里打开", secret: "密钥" };

function SecondFactor() {
  const [doing, setDoing] = useState(null);
  const [enrolment, setEnrolment] = useState(null);
  const [codes, setCodes] = useState(null);
  const [tries, setTries] = useState(0);
  const { found, wrong } = useStanding(tries);
  const factor = found?.secondFactor;
  const again = () => { setDoing(null); setEnrolment(null); setTries((count) => count + 1); };
  const done = (payload) => {
    if (payload.enrolment) setEnrolment(payload.enrolment);
    else {
      setCodes(payload.recoveryCodes ?? null);
      again();
    }
  };
  const choices = factor?.confirmed ? ["renew", "replace", ...(factor.required ? [] : ["end"])] : ["begin"];
  return html`<section class="factor" aria-labelledby="factor-title"><h3 id="factor-title">两步验证</h3>
    ${wrong && html`<p role="alert" class="wrong">${wrong}</p>`}
    ${factor && html`<p>${factor.confirmed ? `已设置，还剩 ${factor.recoveryCodesLeft} 个恢复码` : "没有设置"}</p>`}
    ${codes && html`<p role="status">恢复码只显示这一次。每个可用一次，请抄下来放好。</p>
      <ul class="codes">${codes.map((one) => html`<li key=${one}><code>${one}</code></li>`)}</ul>
      <button type="button" onClick=${() => setCodes(null)}>我已抄好</button>`}
    ${found?.bound && html`<${Bound} />`}
    ${factor && !found.bound && !doing && !codes && html`<div class="chips">${choices.map((name) => html`<button key=${name} type="button"
      onClick=${() => setDoing(name)}>${DOINGS[name].button}</button>`)}</div>`}
    ${doing && html`<${Doing} key=${enrolment ? "confirm" : doing} doing=${doing} enrolment=${enrolment} onDone=${done} />
      <button type="button" class="quiet" onClick=${again}>不了</button>`}
  </section>`;
}

/** One step: a code is typed, and sent with what it is for. With an `enrolment`, the first code of the new secret. */
function Doing({ doing, enrolment, onDone }) {
  const [code, setCode] = useState("");
  const { document, button, about } = DOINGS[doing];
  const named = enrolment ? "SecondFactorConfirm" : document;
  const first = named === "SecondFactorBegin" && doing === "begin"; // there is no code yet
  const send = async () => {
    const input = first ? {} : { code: code.trim() };
    const payload = (await api.ask(named, { input }))[named[0].toLowerCase() + named.slice(1)];
    return payload.errors[0] ?? onDone(payload);
  };
  return html`<${Form} button=${enrolment ? "验证" : button} onSend=${send} disabled=${!first && !code.trim()}>
    ${enrolment ? html`<p>用验证器应用扫下面的二维码，再填写它显示的六位数字。</p>
      <${Secret} enrolment=${enrolment} words=${SECRET} />` : about && html`<p>${about}</p>`}
    ${!first && html`<${Field} id="factor-code" label=${enrolment ? "六位数字" : "验证码或恢复码"} class="code" value=${code}
      autocomplete="one-time-code" onValue=${setCode} />`}
  </${Form}>`;
}
