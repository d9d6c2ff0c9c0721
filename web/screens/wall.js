// The wall screen: a board that stands by itself, for days, where nobody is signed in.

import { useAwake } from "../parts/awake.js";
import { Frame, mount } from "../parts/frame.js";
import { html, useEffect, useState } from "../parts/html.js";
import { keepPage } from "../parts/offline.js";
import { publicApi } from "../session.js";
import { addressOf, Areas } from "../wall/areas.js";
import { BOARD, following, TOGETHER, useShared } from "../wall/panels.js";
import { Line, Places, Together } from "../wall/places.js";
import { MAX_PLACES, useBoard } from "../wall/reading.js";
import { useMedia, useTurns } from "../wall/turns.js";
import { clock, daysOf, PERIODS, readAt } from "../wall/words.js";

const asked = new URLSearchParams(location.search);
const areaId = asked.get("area") || null;
const named = (asked.get("period") ?? "").toUpperCase();
const [FIRST] = Object.keys(PERIODS);
const fixed = named in PERIODS ? named : null;

// In a hand, all places are there to scroll, and nothing turns. The style sheet says the same.
const HAND_HELD = "(max-width: 47.99rem), (max-width: 63.99rem) and (orientation: portrait)";

// How many names of what all periods share there is room for: on a page of their own, and under what was done together
// where there are no places.
const NAMES = { portrait: [24, 6], landscape: [15, 3] };

// All postings are on the board of all time, so that its changes tell of each other board's.
const watched = fixed ?? "ALL";

function Wall() {
  const hand = useMedia(HAND_HELD);
  const portrait = useMedia("(orientation: portrait)");
  const rows = hand ? MAX_PLACES : portrait ? 20 : 10;
  const [has, setHas] = useState({ places: 1, shared: [], periods: [] });
  const next = (on) => (hand ? null : following(on, fixed ? { ...has, periods: [fixed] } : has));
  const [on, paused, setPaused] = useTurns({ period: fixed ?? FIRST, panel: BOARD, page: 0, turn: 0 }, next);
  const { shown, found, lost } = useBoard(areaId, on.period, watched);
  const shared = useShared(areaId);
  const [choosing, setChoosing] = useState(false);
  const entries = shown?.board?.entries?.edges.map((edge) => edge.node) ?? [];
  const places = Math.ceil(entries.length / rows);
  const [names, few] = NAMES[portrait ? "portrait" : "landscape"];
  const pages = shared.map(({ name, rows: all }) => [name, Math.ceil(all.length / names)]);
  const ready = Object.keys(PERIODS).filter((period) => !lost || found[period]); // without a network, what is here
  useEffect(() => setHas({ places, shared: pages, periods: ready }), [places, pages.join(), ready.join()]);
  useAwake(!hand);
  const panel = shared.find(({ name }) => name === on.panel);
  const at = panel ? on.panel : on.panel === BOARD && places > 0 ? BOARD : TOGETHER;
  const count = at === BOARD ? places : panel ? Math.ceil(panel.rows.length / names) : 1;
  const page = Math.min(on.page, count - 1);
  const beside = shared[Object.keys(PERIODS).indexOf(on.period) % shared.length]; // there is room for one
  return html`<${Frame} title="红城星店" busy=${choosing} lost="">
    <main class="wall">
      <${Head} board=${shown?.board} title=${panel?.title ?? (at === TOGETHER && (!hand || shown) ? "一起" : null)}
        dated=${!panel} />
      <${Choices} hand=${hand} paused=${paused} onPause=${setPaused} onAreas=${() => setChoosing(true)} />
      ${shown && !shown.board && html`<div class="early"><h3>没有找到这个区域</h3>
        <p>编号可能不对。<a href="/wall">看全区的榜单</a></p></div>`}
      ${shown?.board && html`
        ${(hand || at === TOGETHER) && html`<${Together} board=${shown.board} places=${places} />`}
        ${(hand || at === BOARD) && places > 0 && html`<${Line} board=${shown.board} entries=${entries} />
          <${Places} entries=${entries} page=${page} rows=${rows} turn=${on.turn} />`}
        ${hand ? shared.map((one) => one.show(one.rows))
          : at === TOGETHER && places === 0 ? beside?.show(beside.rows.slice(0, few))
            : panel?.show(panel.rows.slice(names * page, names * (page + 1)))}`}
      <${Foot} shown=${shown} lost=${lost} page=${page} count=${hand ? 1 : count} />
    </main>
    ${choosing && html`<${Areas} period=${fixed} onClose=${() => setChoosing(false)} />`}
  </${Frame}>`;
}

/** `title`: of a panel that is no board; `dated`: it is of the board's days. */
function Head({ board, title, dated }) {
  const [now, setNow] = useState(clock(publicApi.now()));
  useEffect(() => {
    const timer = setInterval(() => setNow(clock(publicApi.now())), 1000);
    return () => clearInterval(timer);
  }, []);
  const [name, spoken] = board ? PERIODS[board.period] : ["榜单", ""];
  useEffect(() => { if (board) document.title = `${board.area.name}积分榜 · 红城星店`; }, [board?.area.name]);
  return html`<header class="wall-head">
    <h2>${board?.area.name} ${title ?? (board ? `积分${name}` : "积分榜")}</h2>
    <p>${board && dated && (daysOf(board) || spoken)}</p>
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
  const at = shown && readAt(shown.readAt, publicApi.now());
  return html`<footer class="wall-foot">
    <p role="status" class=${lost ? "bar" : ""}>${lost ? `${lost}。${at ? `这是 ${at} 的榜单，` : ""}恢复后自动更新。`
      : !shown && "正在读取…"}</p>
    ${!lost && at && html`<p>${at} 更新</p>`}
    ${count > 1 && html`<p>第 ${page + 1} 页，共 ${count} 页</p>`}
  </footer>`;
}

mount(Wall);
keepPage();
