// What a head can do with a wish: accept, decline, complete, hand back. Each is sent again where no answer came: the
// server takes a step once, however often the same person asks for it.

import { Dialog } from "../parts/dialog.js";
import { UNANSWERED, useDraft } from "../parts/draft.js";
import { Field, Form } from "../parts/form.js";
import { html, useEffect, useState } from "../parts/html.js";
import { Reason } from "../parts/reason.js";
import { take } from "../parts/take.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";

const REASONED = {
  DECLINE: {
    name: "WishDecline", button: "接不了", title: "婉拒", label: "原因", done: "已婉拒，社区会另行安排",
    about: "社区会另找人办。", reasons: ["人在外地", "身体不适", "不会这个", "手上太多"],
  },
  HAND_BACK: {
    name: "WishHandBack", button: "办不了，退回", title: "退回", label: "原因", done: "已退回，社区会另行安排",
    about: "退回后社区另找人办，请先跟住户说一声。", reasons: ["需要专业人员", "缺材料", "人在外地", "身体不适"],
  },
};

/** Accept at one tap. */
export function Accept({ wish, onDone }) {
  const [sending, setSending] = useState(false);
  const [wrong, setWrong] = useState("");
  const send = async () => {
    if (sending) return;
    setSending(true);
    setWrong("");
    try {
      const [refused] = Object.values(await take("WishAccept", { wishId: wish.id }));
      toast(refused ?? "已接单，谢谢您");
      onDone(); // refused, too: it may be another's by now
    } catch (failed) {
      setWrong(failed.message);
    }
    setSending(false);
  };
  return html`<button class="primary" aria-busy=${sending} onClick=${send}
      aria-label=${`接单 ${wish.title}`}>${sending ? "…" : "接单"}</button>
    ${wrong && html`<p role="alert" class="wrong">${wrong}</p>`}`;
}

/** What the viewer may do with a wish now. */
export function Acts({ wish, onDone }) {
  const [doing, setDoing] = useState(null);
  const actions = wish.availableActions;
  const close = () => setDoing(null);
  const done = () => { close(); onDone(); };
  return html`${actions.includes("ACCEPT") && html`<${Accept} wish=${wish} onDone=${onDone} />`}
    ${actions.includes("COMPLETE") && html`<button class="primary" onClick=${() => setDoing("COMPLETE")}>办结</button>`}
    ${Object.keys(REASONED).filter((action) => actions.includes(action)).map((action) => html`<button key=${action}
      class="quiet" onClick=${() => setDoing(action)}>${REASONED[action].button}</button>`)}
    ${doing === "COMPLETE" && html`<${Complete} wish=${wish} onClose=${close} onDone=${done} />`}
    ${doing in REASONED && html`<${Reason} ...${REASONED[doing]} input=${{ wishId: wish.id }} onClose=${close}
      onDone=${done} />`}`;
}

/** What was done, and by whom besides. */
function Complete({ wish, onClose, onDone }) {
  const partners = usePartners(wish.grid.id);
  const { draft, wrong, unanswered, change, send } = useDraft({
    key: `card:done:${wish.id}`, blank: () => ({ note: "", helpers: "", partnerIds: [] }), document: "WishComplete",
    input: ({ note, helpers, partnerIds = [] }) => ({
      wishId: wish.id, note, helpers: helpers.split(/[、,，\s]+/).filter(Boolean), partnerIds,
    }),
    field: (error) => error.field?.findLast((part) => ["note", "helpers", "partnerIds"].includes(part)),
    onDone: () => { toast("已办结，等住户评单"); return onDone(); },
  });
  if (!draft) return null;
  const chosen = draft.partnerIds ?? [];
  const toggle = (id) => change({
    partnerIds: chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id],
  });
  return html`<${Dialog} title="办结" onClose=${onClose}>
    <${Form} button=${draft.sent ? "再试一次" : "办结"} onSend=${() => send()}>
      <p>“${wish.title}”办好了，住户评单后积分入账。</p>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      <fieldset class="fields" disabled=${draft.sent}>
        <${Field} id="note" label="办得怎样（可不填）" multiline value=${draft.note} error=${wrong.note}
          placeholder="例如：换了垫圈，不漏了" onValue=${(note) => change({ note })} />
        <${Field} id="helpers" label="还有谁帮忙（可不填）" value=${draft.helpers} error=${wrong.helpers}
          hint="用顿号或空格隔开，最多 10 位" onValue=${(helpers) => change({ helpers })} />
        ${partners.length > 0 && html`<fieldset><legend>哪些共建单位帮了忙（可不选）</legend>
          <div class="chips">${partners.map(({ id, name }) => html`<button type="button" key=${id}
            aria-pressed=${chosen.includes(id)} onClick=${() => toggle(id)}>${name}</button>`)}</div></fieldset>`}
        ${wrong.partnerIds && html`<p class="wrong">${wrong.partnerIds}
          <button type="button" class="quiet" onClick=${() => change({ partnerIds: [] })}>都不选</button></p>`}
      </fieldset>
    </${Form}>
  </${Dialog}>`;
}

/** The partners that may have helped there: those with an agreement in force that concerns the grid. */
function usePartners(areaId) {
  const [found, setFound] = useState([]);
  useEffect(() => {
    let alive = true;
    api.ask("Agreements", { areaId, states: ["ACTIVE"], first: 50 }).then(({ agreements }) => {
      const named = new Map((agreements?.edges ?? []).map(({ node }) => [node.partner.id, node.partner]));
      if (alive) setFound([...named.values()].map(({ id, name }) => ({ id, name })));
    }, () => {}); // one completes without naming them
    return () => { alive = false; };
  }, [areaId]);
  return found;
}
