// One wish as its head sees it: what to do, where, for whom, and what it is worth.

import { useFocus } from "../parts/focus.js";
import { History } from "../parts/history.js";
import { html, useEffect, useState } from "../parts/html.js";
import { CATEGORY, DETAIL, moment } from "../parts/wishes.js";
import { api } from "../session.js";
import { Acts } from "./steps.js";
import { REWARD, STATE } from "./words.js";

/** `changes` counts what has changed since: the wish is then read again. */
export function Opened({ id, changes, onChange }) {
  const [found, setFound] = useState(undefined);
  const [wrong, setWrong] = useState("");
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let alive = true;
    api.ask("WishDetail", { id }).then(
      ({ node }) => alive && (setFound(node?.title ? node : null), setWrong("")),
      (failed) => alive && setWrong(failed.message),
    );
    return () => { alive = false; };
  }, [id, changes, tries]);
  return html`<section class="card" aria-label="心愿">
    <p><a class="quiet" href="#wishes">← 全部心愿</a></p>
    ${wrong && html`<p role="alert" class="wrong">${wrong}
      <button class="quiet" onClick=${() => setTries(tries + 1)}>再试</button></p>`}
    ${found === undefined && !wrong && html`<p role="status">正在打开…</p>`}
    ${found === null && html`<p>这个心愿已不在您这里，可能已由别人接单，或已收回。</p>`}
    ${found && html`<${Wish} key=${found.id} wish=${found} onChange=${onChange} />`}
  </section>`;
}

function Wish({ wish, onChange }) {
  const place = useFocus();
  return html`<h2 tabindex="-1" ref=${place}>${wish.title}</h2>
    <p><span class="tag">${CATEGORY[wish.category]}</span> <b>${STATE[wish.state]}</b></p>
    ${wish.state === "DISPATCHED" && wish.deadlineAt && html`<p>请在 ${moment(wish.deadlineAt)} 前答复，过后回到社区。</p>`}
    ${wish.details && html`<p class="typed">${wish.details}</p>`}
    <p>住户 <b>${wish.household?.contactName}</b>${wish.onBehalf && "（他人代为点单）"}</p>
    ${wish.revealableContacts.map((kind) => html`<${Contact} key=${kind} wish=${wish} kind=${kind} />`)}
    <${Acts} wish=${wish} onDone=${onChange} />
    ${wish.completionNote && html`<p>办结说明：<span class="typed">${wish.completionNote}</span></p>`}
    ${wish.helpers.length > 0 && html`<p>一起帮忙：${wish.helpers.join("、")}</p>`}
    ${wish.stars && html`<p>评价 <span role="img" aria-label=${`${wish.stars} 星`}>${"★".repeat(wish.stars)}</span>
      <span class="typed"> ${wish.ratingComment}</span></p>`}
    ${wish.reward && html`<section class="history" aria-labelledby="worth">
      <h3 id="worth">积分 ${wish.reward.points} 分，${REWARD[wish.reward.state]}</h3>
      <ol class="reasons">${wish.reward.lines.map((line) => html`<li>${line}</li>`)}</ol></section>`}
    <${History} events=${wish.events} />`;
}

/** A detail of the household, looked at on purpose: each look is noted. It stays on this page alone. */
function Contact({ wish, kind }) {
  const [found, setFound] = useState(null);
  const [wrong, setWrong] = useState("");
  const reveal = async () => {
    const input = { wishId: wish.id, kind };
    const { wishRevealContact: answer } = await api.ask("WishRevealContact", { input }, { again: true });
    if (answer.contact) setFound(answer.contact);
    else setWrong(answer.errors[0].message);
  };
  const look = () => { setWrong(""); reveal().catch((failed) => setWrong(failed.message)); };
  if (found) {
    return html`<p>${DETAIL[kind]}：${kind === "PHONE" ? html`<a class="quiet" href=${`tel:${found.value}`}>${found.value}</a>`
      : html`<b>${found.value}</b>`}</p>`;
  }
  return html`<div><button onClick=${look}>看${DETAIL[kind]}</button>
    <span class="hint"> 每次查看都有记录，住户看得到</span>
    ${wrong && html`<p role="alert" class="wrong">${wrong}</p>`}</div>`;
}
