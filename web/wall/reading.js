// The boards on the wall: read again soon after word of a change, each minute without word; without a network those that
// were read last stay, also where the wall is switched on without one.

import { useEffect, useRef, useState } from "../parts/html.js";
import { publicApi, read, write } from "../session.js";

export const MAX_PLACES = 40;

// Milliseconds, and up to half as much again, so that walls that hear the same word do not ask in one moment.
const READS_EVERY = 60_000;
const READS_AFTER_WORD = 3000; // for so long the server gives the same answer to everybody
const TRIES_AGAIN = 8000;
const KEEPS_EVERY = 60_000;

const KEPT = "wall"; // the key of the boards of one area, the last that was on

/** The board of a period; while it is first read, the one before it. `watched`: the period whose changes are told.
 *
 *  @returns {{shown: {board: any, readAt: number}|undefined, found: Record<string, any>, lost: string}} `found`: the
 *  last of each period; `lost`: why it is not as of now */
export function useBoard(areaId, period, watched) {
  const [found, setFound] = useState({});
  const [lost, setLost] = useState(navigator.onLine ? "" : "没有网络");
  const reading = useRef(null);
  const shown = useRef(undefined);
  useKept(areaId, found[period], found, setFound);
  useEffect(() => {
    const readBoard = async () => {
      const asked = { areaId, period, first: MAX_PLACES };
      const { leaderboard } = await publicApi.ask("Leaderboard", asked, { tries: 1 });
      setFound((before) => ({ ...before, [period]: { board: leaderboard, readAt: publicApi.now() } }));
    };
    reading.current = again(readBoard, setLost);
    return reading.current.stop;
  }, [areaId, period]);
  useEffect(() => {
    const word = () => reading.current.soon();
    return publicApi.subscribe("LeaderboardChanged", { areaId, period: watched }, word, word);
  }, [areaId, watched]);
  useEffect(() => {
    const online = () => reading.current.now();
    const offline = () => setLost("没有网络");
    addEventListener("online", online);
    addEventListener("offline", offline);
    return () => {
      removeEventListener("online", online);
      removeEventListener("offline", offline);
    };
  }, []);
  shown.current = found[period] ?? shown.current;
  return { shown: shown.current, found, lost };
}

/** Keep what was found in this browser, and begin with what is kept. `now`: of the period that is on. */
function useKept(areaId, now, found, setFound) {
  const keptAt = useRef({});
  useEffect(() => {
    const restore = (kept) => kept?.areaId === areaId && setFound((before) => ({ ...kept.found, ...before }));
    read(KEPT).then(restore, () => {}); // without it, it is read from the server
  }, []);
  useEffect(() => {
    if (!now || now.readAt - (keptAt.current[now.board?.period] ?? 0) < KEEPS_EVERY) return;
    keptAt.current[now.board?.period] = now.readAt;
    write(KEPT, { areaId, found }).catch(() => {});
  }, [now]);
}

/** Read now and again, one at a time, until stopped. `ended` is told of each end: why it failed, or an empty text. */
function again(read, ended) {
  let [timer, due, missed, stopped] = [0, Infinity, false, false];

  function within(milliseconds) {
    const at = Date.now() + milliseconds * (1 + Math.random() / 2);
    if (stopped || at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(start, at - Date.now());
  }

  async function start() {
    [due, missed] = [0, false]; // what is heard from here on may be missing in the answer
    const failed = await read().then(() => null, (error) => error);
    due = Infinity;
    if (stopped) return;
    ended(failed ? failed.message : "");
    if (failed) within(Math.max(TRIES_AGAIN, (failed.waitSeconds ?? 0) * 1000));
    else within(missed ? READS_AFTER_WORD : READS_EVERY);
  }

  const soon = () => {
    missed = true;
    within(READS_AFTER_WORD);
  };
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
  };
  start();
  return { soon, now: () => within(0), stop };
}
