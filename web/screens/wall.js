// The wall screen: a board that stands by itself, for days, where nobody is signed in.

import { useAwake } from "../parts/awake.js";
import { Frame, mount } from "../parts/frame.js";
import { html, useEffect, useState } from "../parts/html.js";
import { keepPage } from "../parts/offline.js";
import { publicApi } from "../session.js";
import { addressOf, Areas } from "../wall/areas.js";
import { Honours } from "../wall/honours.js";
import { Early, Places, Together } from "../wall/places.js";
import { MAX_PLACES, useBoard } from "../wall/reading.js";
import { Thanks } from "../wall/thanks.js";
import { useMedia, useTurns } from "../wall/turns.js";
import { clock, daysOf, PERIODS } from "../wall/words.js";
import { time } from "../xingdian.js";

const asked = new URLSearchParams(location.search);
const areaId = asked.get("area") || null;
const named = (asked.get("period") ?? "").toUpperCase();
const [FIRST] = Object.keys(PERIODS);
const fixed = named in PERIODS ? named : null;

// In a hand, all places are there to scroll, and nothing turns. The style sheet says the same.
const HAND_HELD = "(max-width: 47.99rem), (max-width: 63.99rem) and (orientation: portrait)";

// All postings are on the board of all time, so that its changes tell of each other board's.
const watched = fixed ?? "ALL";

function Wall() {
  const hand = useMedia(HAND_HELD);
  const portrait = useMedia("(orientation: portrait)");
  const rows = hand ? MAX_PLACES : portrait ? 20 : 10;
  const [pages, setPages] = useState({ count: 1, ready: [] });
  const next = ({ period, page, turn }) => {
    if (hand) return null;
    if (page + 1 < pages.count) return { period, page: page + 1, turn: turn + 1 };
    const periods = fixed ? [fixed] : pages.ready;
    const after = periods[(periods.indexOf(period) + 1) % periods.length] ?? period;
    return after === period && page === 0 ? null : { period: after, page: 0, turn: turn + 1 };
  };
  const [on, paused, setPaused] = useTurns({ period: fixed ?? FIRST, page: 0, turn: 0 }, next);
  const { shown, found, lost } = useBoard(areaId, on.period, watched);
  const [choosing, setChoosing] = useState(false);
  const entries = shown?.board?.entries?.edges.map((edge) => edge.node) ?? [];
  const count = Math.max(1, Math.ceil(entries.length / rows));
  const ready = Object.keys(PERIODS).filter((period) => !lost || found[period]); // without a network, what is here
  useEffect(() => setPages({ count, ready }), [count, ready.join()]);
  useAwake(!hand);
  return html`<${Frame} title="红城星店" busy=${choosing} lost="">
    <main class="wall">
      <${Head} board=${shown?.board} />
      <${Choices} hand=${hand} paused=${paused} onPause=${setPaused} onAreas=${() => setChoosing(true)} />
      ${shown && !shown.board && html`<div class="early"><h3>没有找到这个区域</h3>
        <p>编号可能不对。<a href="/wall">看全区的榜单</a></p></div>`}
      ${shown?.board && (entries.length === 0 ? html`<${Early} board=${shown.board} />` : html`
        <${Together} board=${shown.board} entries=${entries} />
        <${Places} entries=${entries} page=${Math.min(on.page, count - 1)} rows=${rows} turn=${on.turn} />`)}
      ${shown?.board && (hand || entries.length === 0) && html`<${Honours} areaId=${areaId} /><${Thanks} areaId=${areaId} />`}
      <${Foot} shown=${shown} lost=${lost} page=${on.page} count=${hand ? 1 : count} />
    </main>
    ${choosing && html`<${Areas} period=${fixed} onClose=${() => setChoosing(false)} />`}
  </${Frame}>`;
}

function Head({ board }) {
  const [now, setNow] = useState(clock(publicApi.now()));
  useEffect(() => {
    const timer = setInterval(() => setNow(clock(publicApi.now())), 1000);
    return () => clearInterval(timer);
  }, []);
  const [name, spoken] = board ? PERIODS[board.period] : ["榜单", ""];
  useEffect(() => { if (board) document.title = `${board.area.name}积分榜 · 红城星店`; }, [board?.area.name]);
  return html`<header class="wall-head">
    <h2>${board?.area.name} ${board ? `积分${name}` : "积分榜"}</h2>
    <p>${board && (daysOf(board) || spoken)}</p>
    <p class="clock">${now}</p>
  </header>`;
}

/** The quiet controls: which period, or all by turns; another area; holding the turns. */
function Choices({ hand, paused, onPause, onAreas }) {
  const chosen = fixed ?? (hand ? FIRST : null);
  const link = (period, name) => html`<a class="quiet" href=${addressOf(areaId, period)}
    aria-current=${period === chosen ? "page" : undefined}>${name}</a>`;
  return html`<nav class="wall-choices" aria-label="榜单">
    ${!hand && link(null, "轮流")}${Object.entries(PERIODS).map(([period, [name]]) => link(period, name))}
    <button class="quiet last" onClick=${onAreas}>换区域</button>
    ${!hand && html`<button class="quiet" aria-pressed=${paused} onClick=${() => onPause(!paused)}>停住</button>`}
  </nav>`;
}

function Foot({ shown, lost, page, count }) {
  const at = shown && time(shown.readAt);
  return html`<footer class="wall-foot">
    <p role="status" class=${lost ? "bar" : ""}>${lost ? `${lost}。${at ? `这是 ${at} 的榜单，` : ""}恢复后自动更新。`
      : !shown && "正在读取…"}</p>
    ${!lost && at && html`<p>${at} 更新</p>`}
    ${count > 1 && html`<p>第 ${Math.min(page, count - 1) + 1} 页，共 ${count} 页</p>`}
  </footer>`;
}

mount(Wall);
keepPage();
