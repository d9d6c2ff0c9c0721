// The passes of a head. What their codes are computed from is kept here, so that they show without a network.

import { useEffect, useState } from "../parts/html.js";
import { api, list, remove, write } from "../session.js";
import { keep } from "../xingdian.js";

const KEY = "pass:"; // goes with the session
const MOST = 50; // of the newest, live or not: a pass lives for a day

const byTime = (rows) => [...rows].sort((one, other) => (one.issuedAt < other.issuedAt ? 1 : -1));

/** A pass as it is kept. The server's clock counts: how far this device's is from it is known as the answer comes. */
function rowOf(pass) {
  const { id, issuedAt, expiresAt, discount, shop, obstacle = null, availableActions } = pass;
  return { id, issuedAt, expiresAt, discount, shop, obstacle, availableActions, codes: keep(pass) };
}

/** Keep a pass that was just issued. */
export async function keepPass(pass) {
  const row = rowOf(pass);
  await write(KEY + row.id, row);
  return row;
}

/** Read the live passes, keep them, and forget all others that were kept before. */
async function renew() {
  const before = await list(KEY);
  const { viewer } = await api.ask("MyPasses", { first: MOST });
  const live = viewer.householdHead.passes.edges.map((edge) => edge.node).filter((one) => one.state === "LIVE");
  const rows = live.map(rowOf); // at once: writing takes its time
  const gone = before.filter((kept) => !rows.some((row) => row.id === kept.id));
  for (const row of rows) await write(KEY + row.id, row);
  for (const row of gone) await remove(KEY + row.id);
  return rows;
}

/** The live passes, the newest first: as they are kept, then as the server has them. `changes` counts what has changed
 *  since.
 *
 *  @returns {{passes: any[]|null, wrong: string, again: () => void}} null until they are read */
export function usePasses(changes) {
  const [passes, setPasses] = useState(null);
  const [wrong, setWrong] = useState("");
  const [tries, setTries] = useState(0);
  const again = () => setTries((count) => count + 1);
  useEffect(() => {
    let alive = true;
    const put = (rows) => alive && setPasses(byTime(rows));
    list(KEY).then(put)
      .then(renew)
      .then((rows) => (put(rows), alive && setWrong("")))
      .catch((failed) => alive && setWrong(failed.message));
    return () => { alive = false; };
  }, [changes, tries]);
  useEffect(() => {
    const seen = () => document.visibilityState === "visible" && again();
    addEventListener("online", again);
    document.addEventListener("visibilitychange", seen);
    return () => {
      removeEventListener("online", again);
      document.removeEventListener("visibilitychange", seen);
    };
  }, []);
  return { passes, wrong, again };
}
