// One wish: where it stands, who helps, its history, and what can be done now.

import { useFocus } from "../parts/focus.js";
import { History } from "../parts/history.js";
import { html, useEffect, useState } from "../parts/html.js";
import { CATEGORY, DETAIL, moment } from "../parts/wishes.js";
import { api } from "../session.js";
import { Rate, Reasoned } from "./steps.js";
import { STATE, STEPS } from "./words.js";

const STEPPED = { REDO: ["WishRedo", "没办好，请返工"], CANCEL: ["WishCancel", "取消这个心愿"] };
const SOURCE = { AUTOMATIC: "自动评单", CALL_BACK: "社区回访", HOUSEHOLD: "" };

/** `changes` counts what has changed since: the wish is then read again. */
export function Opened({ id, changes, onBusy, onChange }) {
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
    ${found === null && html`<p>找不到这个心愿，可能不是您家的。</p>`}
    ${found && html`<${Wish} key=${found.id} wish=${found} onBusy=${onBusy} onChange=${onChange} />`}
  </section>`;
}

function Wish({ wish, onBusy, onChange }) {
  const place = useFocus();
  const rateFirst = wish.state === "COMPLETED";
  const acts = html`<${Acts} wish=${wish} onBusy=${onBusy} onDone=${onChange} />`;
  return html`<h2 tabindex="-1" ref=${place}>${wish.title}</h2>
    <p><span class="tag">${CATEGORY[wish.category]}</span> <b>${STATE[wish.state]}</b></p>
    ${wish.head && html`<p>联户长 <b>${wish.head.name}</b>${wish.state === "DISPATCHED" ? " 待接单" : " 帮忙"}</p>`}
    ${wish.details && html`<p class="typed">${wish.details}</p>`}
    ${wish.completionNote && html`<p>办结说明：<span class="typed">${wish.completionNote}</span></p>`}
    ${wish.helpers.length > 0 && html`<p>一起帮忙：${wish.helpers.join("、")}</p>`}
    <${Rated} wish=${wish} />
    ${rateFirst && acts}
    <${Progress} wish=${wish} />
    ${!rateFirst && acts}
    <${History} events=${wish.events} />
    <${Reveals} of=${wish.contactReveals} />`;
}

/** The five orders, the ones that are done with their time. */
function Progress({ wish }) {
  const reached = STEPS.findIndex(([state]) => state === wish.state);
  if (reached < 0) return null; // rejected or cancelled
  return html`<ol class="progress">${STEPS.map(([state, name, at], step) => html`<li
    class=${step <= reached ? "done" : ""} aria-current=${step === reached ? "step" : undefined}>
    <b>${name}</b> <span>${step <= reached && wish[at] ? moment(wish[at]) : ""}</span></li>`)}</ol>`;
}

function Rated({ wish: { state, stars, ratingComment, ratingSource } }) {
  if (state !== "RATED") return null;
  return html`<p>评价：${stars ? html`<span role="img" aria-label=${`${stars} 星`}>${"★".repeat(stars)}</span> ` : ""}
    ${SOURCE[ratingSource]} <span class="typed">${ratingComment}</span></p>`;
}

/** What the viewer may do with a wish now. */
export function Acts({ wish, onBusy, onDone }) {
  const [doing, setDoing] = useState(null);
  const actions = wish.availableActions;
  const done = () => { setDoing(null); onDone(); };
  return html`${actions.includes("RATE") && html`<${Rate} wish=${wish} onBusy=${onBusy} onDone=${onDone} />`}
    ${actions.filter((action) => action in STEPPED).map((action) => html`<button key=${action} class="quiet"
      onClick=${() => setDoing(STEPPED[action][0])}>${STEPPED[action][1]}</button>`)}
    ${doing && html`<${Reasoned} name=${doing} wish=${wish} onClose=${() => setDoing(null)} onDone=${done} />`}`;
}

function Reveals({ of: connection }) {
  const rows = connection?.edges.map((edge) => edge.node) ?? [];
  if (!rows.length) return null;
  return html`<section class="history" aria-labelledby="looked"><h3 id="looked">谁为它看过您家的地址和电话</h3>
    <ol>${rows.map((row) => html`<li><span class="dim">${moment(row.revealedAt)}</span>
      <span>${row.shownTo}看了${DETAIL[row.kind]}</span></li>`)}</ol></section>`;
}
