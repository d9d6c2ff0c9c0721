// A head's points: how many, the own place, each movement, and why it was so much.

import { Dialog } from "../parts/dialog.js";
import { html, useEffect, useState } from "../parts/html.js";
import { Paged } from "../parts/paged.js";
import { usePages } from "../parts/pages.js";
import { linkTo } from "../parts/place.js";
import { toast } from "../parts/toast.js";
import { moment } from "../parts/wishes.js";
import { api } from "../session.js";
import { Closed } from "./closed.js";
import { aboutPlace, entryOf, PERIOD } from "./words.js";

const AROUND = 2; // places before and behind one's own

const askEntries = async (page) => (await api.ask("PointsHistory", page)).viewer.householdHead.pointsEntries;

export function Points({ viewer, changes }) {
  const pages = usePages(askEntries, changes);
  const [why, setWhy] = useState(null);
  const row = (entry) => html`<div class="entry">
    <p><b>${entryOf(entry)}</b> ${entry.wish?.title ?? entry.redemption?.discount?.title ?? ""}
      <span class="dim"> · ${moment(entry.createdAt)}</span>
      ${entry.reason && html`<span class="typed">：${entry.reason}</span>`}</p>
    <p class=${entry.points < 0 ? "amount-line off" : "amount-line"}>${entry.points > 0 ? "+" : ""}${entry.points} 分
      <span class="dim">余 ${entry.balance}${entry.debt > 0 && `，欠 ${entry.debt}`}</span></p>
    ${entry.wish && html`<button class="quiet" onClick=${() => setWhy(entry.wish)}
      aria-label=${`为什么：${entry.wish.title}`}>为什么</button>`}
  </div>`;
  return html`<${Standing} viewer=${viewer} changes=${changes} />
    <${Closed} viewer=${viewer} changes=${changes} />
    <${Paged} title="积分流水" pages=${pages} row=${row} empty="还没有积分。办成一个心愿，住户评单后就有了。">
      <h2>积分流水</h2>
    </${Paged}>
    ${why && html`<${Why} wish=${why} onClose=${() => setWhy(null)} />`}`;
}

/** The balances, the own place and the own months. The place is the head's choice; the points are not touched by it. */
function Standing({ viewer, changes }) {
  const [found, setFound] = useState(null);
  const [wrong, setWrong] = useState("");
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let alive = true;
    standing(viewer).then((now) => alive && (setFound(now), setWrong("")), (failed) => alive && setWrong(failed.message));
    return () => { alive = false; };
  }, [changes, tries]);
  const again = () => setTries(tries + 1);
  if (!found) {
    return html`<section class="card" aria-label="我的积分">${wrong ? html`<p role="alert" class="wrong">${wrong}
      <button class="quiet" onClick=${again}>再试</button></p>` : html`<p role="status">正在打开…</p>`}</section>`;
  }
  const { points, starLevel } = found.head;
  return html`<section class="card" aria-labelledby="standing">
    <h2 id="standing">可用 <span class="amount">${points.available}</span> 分</h2>
    <p><span role="img" aria-label=${`${starLevel} 星级`}>${"★".repeat(starLevel)}${"☆".repeat(5 - starLevel)}</span>
      ${points.pending > 0 && ` 待评单 ${points.pending} 分`}${points.held > 0 && ` 收银台占用 ${points.held} 分`}
      ${points.debt > 0 && ` 欠 ${points.debt} 分`}</p>
    <${Months} progress=${found.progress} />
    <${Place} ...${found} onChange=${again} />
    <p><a class="quiet" href="#record">开服务证明</a></p>
  </section>`;
}

/** What is asked for together: the balances; then the place, on the board of the own rank, else on the community's. */
async function standing({ areas }) {
  const { viewer, headProgress } = await api.ask("HeadStanding");
  const { rankBoard } = viewer.householdHead;
  const community = areas.edges.map((edge) => edge.node).find((one) => one.kind === "COMMUNITY");
  const areaId = rankBoard?.area.id ?? community?.id ?? null;
  const period = rankBoard?.period ?? "MONTH";
  const { leaderboard } = await api.ask("LeaderboardMe", { areaId, period, radius: AROUND });
  return { head: viewer.householdHead, progress: headProgress, board: leaderboard };
}

const monthOf = ({ month }) => `${Number(month.split("-")[1])} 月`;

/** What each month held: told to the head alone, on the board or not. */
function Months({ progress: { thisMonth, lastMonth, bestMonth, offered, accepted } }) {
  return html`<p>本月办成 <b>${thisMonth.wishes}</b> 件${thisMonth.households > 0 && `，帮了 ${thisMonth.households} 户`}<span
    class="dim">，上月 ${lastMonth.wishes} 件${bestMonth && bestMonth.month !== thisMonth.month
      && `，最好是 ${monthOf(bestMonth)}的 ${bestMonth.wishes} 件`}。
    ${offered > 0 && `近 30 天派来 ${offered} 件，接了 ${accepted} 件。`}</span></p>`;
}

function Place({ head, board, onChange }) {
  const [sending, setSending] = useState(false);
  const take = async (name, said) => {
    setSending(true);
    const input = { headId: head.id };
    const asked = api.ask(name, { input }, { again: true });
    const refused = await asked.then((data) => Object.values(data)[0].errors[0], (failed) => failed);
    setSending(false);
    toast(refused?.message ?? said);
    if (!refused) onChange();
  };
  const wall = board ? `/wall?area=${encodeURIComponent(board.area.id)}` : "/wall";
  const actions = head.availableActions;
  if (actions.includes("JOIN_BOARD")) {
    return html`<p>您没有参加积分榜：积分照样有，用起来一样，只是没有名次。</p>
      <button disabled=${sending} onClick=${() => take("HeadJoinBoard", "已参加，只显示姓氏")}>参加积分榜</button>`;
  }
  const where = `${PERIOD[board?.period ?? "MONTH"]}在${board?.area.name ?? "社区"}`;
  return html`<p>${board?.me ? html`${where}排第 <b>${board.me.rank}</b> 名，${board.me.points} 分${board.scored > 1
      && `，共 ${board.scored} 位有分`}。` : `${where}还没有得分，办成一个心愿就有名次。`}
      <a href=${wall}>看积分榜</a></p>
    ${board?.me && html`<p class="dim">${aboutPlace(board.me)}</p>`}
    ${board?.around?.length > 1 && html`<ol class="near-places" aria-label="前后几名">${board.around.map((one) => html`<li
      key=${one.key} aria-current=${one.isMe ? "true" : undefined}><span>${one.rank}</span>
      <span>${one.isMe ? "我" : one.head.displayName}</span><span>${one.points} 分</span></li>`)}</ol>`}
    ${actions.includes("LEAVE_BOARD") && html`<button class="quiet" disabled=${sending}
      onClick=${() => take("HeadLeaveBoard", "已退出，积分不变")}>退出积分榜</button>`}`;
}

/** Why a wish was worth so much, in the rule's own steps. */
function Why({ wish, onClose }) {
  const [found, setFound] = useState(undefined);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    const asked = api.ask("ExplainReward", { wishId: wish.id });
    asked.then(({ explainReward }) => setFound(explainReward), (failed) => setWrong(failed.message));
  }, [wish.id]);
  return html`<${Dialog} title=${`“${wish.title}”的积分`} onClose=${onClose}>
    ${wrong && html`<p role="alert" class="wrong">${wrong}</p>`}
    ${found === undefined && !wrong && html`<p role="status">正在打开…</p>`}
    ${found === null && html`<p>这个心愿没有积分。</p>`}
    ${found && html`<ol class="reasons">${found.lines.map((line) => html`<li>${line}</li>`)}</ol>`}
    <p><a class="quiet" href=${linkTo("wish", wish.id)} onClick=${onClose}>看这个心愿</a></p>
  </${Dialog}>`;
}
