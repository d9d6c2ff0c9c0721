// A rating by call-back: what the household said when it was called, for a wish that was submitted on its behalf.

import { Choices } from "../parts/choices.js";
import { Field, Form } from "../parts/form.js";
import { html, useEffect, useState } from "../parts/html.js";
import { rest, take } from "../parts/take.js";
import { toast } from "../parts/toast.js";
import { STARS } from "../parts/wishes.js";

const FIELDS = ["stars", "callBackNote", "comment"];

export function CallBack({ wish, onBusy, onDone }) {
  const [given, setGiven] = useState({ stars: 0, callBackNote: "", comment: "" });
  const [wrong, setWrong] = useState({});
  useEffect(() => onBusy(Boolean(given.stars || given.callBackNote || given.comment)), [given]);
  useEffect(() => () => onBusy(false), []);
  const change = (field) => (value) => { setGiven({ ...given, [field]: value }); setWrong({}); };
  const send = async () => {
    if (!given.stars) return setWrong({ stars: "请选几颗星" });
    const found = await take("WishRate", { wishId: wish.id, ...given });
    setWrong(found);
    if (Object.keys(found).length) return rest(found, FIELDS);
    toast("已按回访评单");
    return onDone();
  };
  return html`<section class="history" aria-labelledby="call-back"><h3 id="call-back">回访评单</h3>
    <${Form} button="评单" onSend=${send}>
      <p class="hint">这个心愿是代为点单的：给住户打电话，问办得怎样，照住户说的评。</p>
      <${Choices} id="stars" label="住户满意吗" kind="stars" choices=${STARS} value=${given.stars} error=${wrong.stars}
        about=${STARS[given.stars - 1]?.[1] ?? "选 1 到 5 颗星"} draw=${(one) => (one <= given.stars ? "★" : "☆")}
        onValue=${change("stars")} />
      <${Field} id="call-back-note" label="回访记录" hint="什么时候、谁说的，最多 200 个字" value=${given.callBackNote}
        error=${wrong.callBackNote} onValue=${change("callBackNote")} />
      <${Field} id="comment" label="住户的话（可不填）" multiline value=${given.comment} error=${wrong.comment}
        onValue=${change("comment")} />
    </${Form}>
  </section>`;
}
