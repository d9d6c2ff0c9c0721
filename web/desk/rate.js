// A rating by call-back: what the household said when it was called, for a wish that was submitted on its behalf.

import { Choices } from "../parts/choices.js";
import { UNANSWERED, useDraft } from "../parts/draft.js";
import { Field, Form } from "../parts/form.js";
import { html, useEffect } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { STARS } from "../parts/wishes.js";

const FIELDS = ["stars", "callBackNote", "comment"];

export function CallBack({ wish, onBusy, onDone }) {
  const { draft, wrong, unanswered, change, send } = useDraft({
    key: `call-back:${wish.id}`, blank: () => ({ stars: 0, callBackNote: "", comment: "" }), document: "WishRate",
    input: ({ stars, callBackNote, comment }) => ({ wishId: wish.id, stars, callBackNote, comment }),
    field: (error) => error.field?.findLast((part) => FIELDS.includes(part)),
    onDone: () => { toast("已按回访评单"); return onDone(); },
  });
  useEffect(() => onBusy(Boolean(draft?.stars || draft?.callBackNote || draft?.comment)), [draft]);
  useEffect(() => () => onBusy(false), []);
  if (!draft) return null;
  const { stars, sent } = draft;
  return html`<section class="history" aria-labelledby="call-back"><h3 id="call-back">回访评单</h3>
    <${Form} button=${unanswered ? "再试一次" : "评单"} onSend=${() => send(stars ? {} : { stars: "请选几颗星" })}>
      ${unanswered && html`<p role="status" class="notice-line">${UNANSWERED}</p>`}
      <p class="hint">这个心愿是代为点单的：给住户打电话，问办得怎样，照住户说的评。</p>
      <${Choices} id="stars" label="住户满意吗" kind="stars" choices=${STARS} value=${stars} error=${wrong.stars}
        about=${STARS[stars - 1]?.[1] ?? "选 1 到 5 颗星"} draw=${(one) => (one <= stars ? "★" : "☆")}
        disabled=${sent} onValue=${(one) => change({ stars: one })} />
      <${Field} id="call-back-note" label="回访记录" hint="什么时候、谁说的，最多 200 个字" value=${draft.callBackNote} readonly=${sent}
        error=${wrong.callBackNote} onValue=${(callBackNote) => change({ callBackNote })} />
      <${Field} id="comment" label="住户的话（可不填）" multiline value=${draft.comment} readonly=${sent} error=${wrong.comment}
        onValue=${(comment) => change({ comment })} />
    </${Form}>
  </section>`;
}
