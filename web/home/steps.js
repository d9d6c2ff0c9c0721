// What a resident can do with a wish: rate it, ask for it to be redone, cancel it. Each is sent again where no answer
// came: the server takes a step once, however often the same person asks for it.

import { Choices } from "../parts/choices.js";
import { UNANSWERED, useDraft } from "../parts/draft.js";
import { Field, Form } from "../parts/form.js";
import { html, useEffect } from "../parts/html.js";
import { Reason } from "../parts/reason.js";
import { toast } from "../parts/toast.js";
import { moment, STARS } from "../parts/wishes.js";

/** `onBusy` is told whether something has been entered; `onDone` that it was rated. */
export function Rate({ wish, onBusy, onDone }) {
  const { draft, wrong, unanswered, change, send } = useDraft({
    key: `rate:${wish.id}`, blank: () => ({ stars: 0, comment: "" }), document: "WishRate",
    input: ({ stars, comment }) => ({ wishId: wish.id, stars, comment }),
    field: (error) => error.field?.findLast((part) => ["stars", "comment"].includes(part)),
    onDone: () => { toast("已评单，谢谢您"); return onDone(); },
  });
  const { stars, comment, sent } = draft ?? {};
  useEffect(() => onBusy(Boolean(stars || comment)), [stars, comment]);
  useEffect(() => () => onBusy(false), []);
  if (!draft) return null;
  const id = `rate-${wish.id}`;
  return html`<${Form} button=${unanswered ? "再试一次" : "评单"} onSend=${() => send(stars ? {} : { stars: "请选几颗星" })}>
    ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
    <${Choices} id=${`${id}-stars`} label="您满意吗" kind="stars" choices=${STARS} value=${stars} error=${wrong.stars}
      about=${STARS[stars - 1]?.[1] ?? "选 1 到 5 颗星"} draw=${(one) => (one <= stars ? "★" : "☆")}
      disabled=${sent} onValue=${(one) => change({ stars: one })} />
    ${stars > 0 && html`<${Field} id=${`${id}-comment`} label="想说的话（可不填）" multiline value=${comment}
      error=${wrong.comment} readonly=${sent} onValue=${(text) => change({ comment: text })} />`}
    ${wish.state === "COMPLETED" && html`<p class="hint">办结 7 天后自动评单${wish.deadlineAt
      ? `，就是 ${moment(wish.deadlineAt)}` : ""}。</p>`}
  </${Form}>`;
}

const REASONED = {
  WishRedo: {
    title: "请返工", label: "哪里没有办好", about: "联户长会看到，再来办一次。一个心愿最多返工两次。", done: "已请联户长再办",
  },
  WishCancel: { title: "取消心愿", label: "原因（可不填）", about: "取消后不能恢复，可以重新点单。", done: "已取消" },
};

/** A step that says why: to redo, where a reason is needed, or to cancel. */
export function Reasoned({ name, wish, onClose, onDone }) {
  const { about, ...words } = REASONED[name];
  return html`<${Reason} name=${name} input=${{ wishId: wish.id }} about=${`“${wish.title}”：${about}`} ...${words}
    onClose=${onClose} onDone=${onDone} />`;
}
