// Where a shop has its own system told of what happens, what was sent there, and changing it.

import { Dialog } from "../parts/dialog.js";
import { useDraft } from "../parts/draft.js";
import { beside, Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { answerTo } from "../parts/take.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";
import { requestNo } from "../xingdian.js";
import { Listed, Particulars } from "./lists.js";
import { Steps } from "./steps.js";
import { moment, WEBHOOK_STATE } from "./words.js";

const EVENTS = { REDEMPTION_CONFIRMED: "核销成功", REDEMPTION_REVOKED: "撤销或冲正", STATEMENT_CLOSED: "结算单生成" };
const DELIVERY = { WAITING: "待推送", DELIVERED: "已送达", FAILED: "已放弃" };
const STEPS = { PAUSE: "WebhookPause", RESUME: "WebhookResume", END: "WebhookEnd" };

const said = (events) => events.map((one) => EVENTS[one]).join("，");

export function Pushes({ shop, changes, onChange }) {
  const [doing, setDoing] = useState(null);
  const [secret, setSecret] = useState("");
  const ask = async (page) => (await api.ask("ShopWebhooks", { id: shop.id, ...page })).node.webhooks;
  const done = () => { setDoing(null); onChange(); };
  const row = (one) => html`<article class="piece"><h3 class="typed">${one.url}</h3>
    <${Particulars} of=${[["状态", WEBHOOK_STATE[one.state]], ["事件", said(one.events)],
      ["添加", `${one.createdByName}，${moment(one.createdAt)}`],
      ["旧密钥", one.previousSignsUntil && `${moment(one.previousSignsUntil)} 前同时签名`]]} />
    <${Steps} actions=${one.availableActions} from=${STEPS} id=${one.id} what=${one.url} onDone=${onChange}>
      ${one.availableActions.includes("EDIT") && html`<button type="button"
        onClick=${() => setDoing({ Form: Edit, endpoint: one })}>修改</button>`}
      ${one.availableActions.includes("ROTATE_SECRET") && html`<button type="button"
        onClick=${() => setDoing({ Form: Rotate, endpoint: one })}>更换密钥</button>`}
      <button type="button" onClick=${() => setDoing({ Form: Deliveries, endpoint: one })}>推送记录</button></${Steps}>
  </article>`;
  return html`<${Listed} title="推送地址" ask=${ask} changes=${changes} row=${row}
      empty="没有推送地址。店铺自己的收银系统可以由店主登记，接收核销通知。" />
    ${shop.availableActions.includes("CREATE_WEBHOOK") && html`<button type="button"
      onClick=${() => setDoing({ Form: Create })}>新增推送地址</button>`}
    ${doing && html`<${doing.Form} shop=${shop} endpoint=${doing.endpoint} onClose=${() => setDoing(null)} onDone=${done}
      onSecret=${(fresh) => { done(); setSecret(fresh); }} />`}
    ${secret && html`<${Dialog} title="签名密钥" onClose=${() => setSecret("")}>
      <p>只显示这一次，请立即存到店铺自己的系统里。</p><p><code class="secret">${secret}</code></p>
      <button class="primary" onClick=${() => setSecret("")}>我已存好</button></${Dialog}>`}`;
}

function Events({ value, error, onValue }) {
  const turn = (one) => onValue(value.includes(one) ? value.filter((other) => other !== one) : [...value, one]);
  return html`<fieldset data-wrong=${error ? "" : undefined}><legend>推送哪些事件</legend>
    ${Object.entries(EVENTS).map(([one, name]) => html`<label key=${one} class="check"><input type="checkbox"
      checked=${value.includes(one)} onChange=${() => turn(one)} /> ${name}</label>`)}
    ${error && html`<p class="wrong">${error}</p>`}</fieldset>`;
}

const FIELDS = ["url", "events"];
const field = (error) => error.field?.findLast((part) => FIELDS.includes(part));

function Create({ shop, onClose, onSecret }) {
  const { draft, wrong, change, send } = useDraft({
    key: `admin:webhook:${shop.id}`, blank: () => ({ url: "", events: Object.keys(EVENTS) }), document: "WebhookCreate",
    input: (row) => ({ shopId: shop.id, url: row.url, events: row.events, requestNo: row.requestNo }), field,
    onDone: (endpoint) => onSecret(endpoint.secret),
  });
  if (!draft) return null;
  return html`<${Dialog} title="新增推送地址" onClose=${onClose}>
    <${Form} button=${draft.sent ? "再试一次" : "新增"} onSend=${() => send()}>
      <fieldset class="fields" disabled=${draft.sent}>
        <${Field} id="url" label="网址" type="url" value=${draft.url} error=${wrong.url}
          hint="以 https 开头，公网可以访问" onValue=${(url) => change({ url })} />
        <${Events} value=${draft.events} error=${wrong.events} onValue=${(events) => change({ events })} />
      </fieldset>
    </${Form}></${Dialog}>`;
}

function Edit({ endpoint, onClose, onDone }) {
  const [row, setRow] = useState({ url: endpoint.url, events: endpoint.events });
  const [wrong, setWrong] = useState({});
  const change = (given) => { setRow({ ...row, ...given }); setWrong({}); };
  const send = async () => {
    const { errors } = await answerTo("WebhookEdit", { endpointId: endpoint.id, ...row });
    const found = beside(errors, FIELDS);
    setWrong(found);
    if (errors.length) return { message: found.all };
    toast("已修改，还没送达的改送新网址");
    return onDone();
  };
  return html`<${Dialog} title="修改推送地址" onClose=${onClose}>
    <${Form} button="保存" onSend=${send}>
      <${Field} id="url" label="网址" type="url" value=${row.url} error=${wrong.url} onValue=${(url) => change({ url })} />
      <${Events} value=${row.events} error=${wrong.events} onValue=${(events) => change({ events })} />
    </${Form}></${Dialog}>`;
}

function Rotate({ endpoint, onClose, onSecret }) {
  const [number] = useState(requestNo); // the same secret is given again under it
  const send = async () => {
    const answer = await answerTo("WebhookRotateSecret", { endpointId: endpoint.id, requestNo: number });
    return answer.endpoint ? onSecret(answer.endpoint.secret) : answer.errors[0];
  };
  return html`<${Dialog} title="更换密钥" onClose=${onClose}>
    <${Form} button="更换密钥" onSend=${send}>
      <p><b class="typed">${endpoint.url}</b></p><p>新密钥只显示一次；旧密钥 24 小时内同时签名，请在此间换好。</p>
    </${Form}></${Dialog}>`;
}

function Deliveries({ endpoint, onClose }) {
  const [changes, setChanges] = useState(0);
  const ask = async (page) => (await api.ask("WebhookDeliveries", { id: endpoint.id, attempts: 1, ...page })).node.deliveries;
  const again = async (one) => {
    const { errors: [error] } = await answerTo("WebhookRedeliver", { deliveryId: one.id }).catch((failed) => ({ errors: [failed] }));
    toast(error?.message ?? "已重新推送");
    setChanges((count) => count + 1);
  };
  const row = (one) => html`<div class="session"><b>${EVENTS[one.event]}</b>
    ${one.availableActions.includes("REDELIVER") && html`<button type="button" class="quiet"
      aria-label=${`重新推送 ${EVENTS[one.event]} ${moment(one.createdAt)}`} onClick=${() => again(one)}>重新推送</button>`}
    <span class="dim">${moment(one.createdAt)} · ${DELIVERY[one.state]}，试过 ${one.attempts} 次
      ${one.nextAttemptAt && `，下次 ${moment(one.nextAttemptAt)}`}</span></div>`;
  return html`<${Dialog} title="推送记录" onClose=${onClose}>
    <${Listed} title="推送记录" ask=${ask} changes=${changes} row=${row} empty="还没有推送。" /></${Dialog}>`;
}
