// To whom a wish can be dispatched: as the server orders them, each with why.

import { html, useState } from "../parts/html.js";
import { List } from "../parts/list.js";
import { usePages } from "../parts/pages.js";
import { rest, take } from "../parts/take.js";
import { toast } from "../parts/toast.js";
import { api } from "../session.js";

export function Candidates({ wish, changes, onDone }) {
  const ask = async (page) => (await api.ask("DispatchCandidates", { wishId: wish.id, ...page })).node?.candidates;
  const { found, wrong, again, onMore } = usePages(async (page) => {
    const { edges, pageInfo } = (await ask(page)) ?? { edges: [], pageInfo: {} };
    return { pageInfo, edges: edges.map(({ node }) => ({ node: { ...node, id: node.head.id } })) };
  }, changes);
  const [sending, setSending] = useState(null);
  const [refused, setRefused] = useState("");
  const dispatch = async (head) => {
    if (sending) return;
    setSending(head?.id ?? "all");
    setRefused("");
    const input = { wishId: wish.id, ...(head ? { headId: head.id } : {}) };
    const answer = await take("WishDispatch", input).catch((failed) => ({ all: failed.message }));
    setSending(null);
    if (Object.keys(answer).length) {
      setRefused(rest(answer, []).message);
      again();
      return;
    }
    toast(head ? `已派给 ${head.name}` : "已派给本网格全部联户长");
    onDone();
  };
  const row = (candidate) => html`<${Candidate} of=${candidate} busy=${sending} onDispatch=${dispatch} />`;
  return html`<section class="candidates" aria-labelledby="candidates">
    <h3 id="candidates">派给谁</h3>
    <p class="hint">本户的联户长在前，然后轮流：手上单少的、近 30 天派得少的、最久没有派过的。48 小时没有人接单，会回到这里。</p>
    <div role="alert">${(refused || wrong) && html`<p class="wrong">${refused || wrong}
      ${wrong && html`<button class="quiet" onClick=${again}>再试</button>`}</p>`}</div>
    ${!found && !wrong && html`<p role="status">正在找联户长…</p>`}
    ${found && html`<${List} rows=${found.nodes} row=${row} onMore=${onMore}
      empty="本网格没有可以接单的联户长。请先导入名册，或恢复暂停的联户长。" />`}
    ${found?.nodes.length > 1 && html`<button class="more" disabled=${Boolean(sending)}
      aria-busy=${sending === "all"} onClick=${() => dispatch(null)}>派给本网格全部联户长，谁先接单归谁</button>`}
  </section>`;
}

function Candidate({ of: { head, ownHead, openLoad, recentOffers, lastOfferedAt, averageRating }, busy, onDispatch }) {
  const turn = recentOffers ? `近 30 天派过 ${recentOffers} 单` : lastOfferedAt ? "近 30 天没有派过" : "从未派过单";
  return html`<div class="candidate">
    <span><b>${head.name}</b> <span class="dim">${head.starLevel} 星级</span>
      ${ownHead && html` <span class="tag">本户联户长</span>`}
      <span class="why">手上 ${openLoad} 单 · ${turn} · ${averageRating == null
        ? "还没有评价" : `平均 ${averageRating.toFixed(1)} 星`}</span></span>
    <button class="first" disabled=${Boolean(busy) && busy !== head.id} aria-busy=${busy === head.id} aria-label=${`派单给 ${head.name}`}
      onClick=${() => onDispatch(head)}>派单</button>
  </div>`;
}
