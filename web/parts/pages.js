// What is read page by page, and read again when something has changed.

import { useEffect, useRef, useState } from "./html.js";

const PAGE = 10;
const MAX_AT_ONCE = 100; // that the server gives

const appended = (to, page) => ({ ...page, edges: [...to.edges, ...page.edges] });

/** Read from the start, page by page, until as many rows are there as `wanted` says, which may grow meanwhile. */
async function fromStart(ask, wanted) {
  const left = (have) => Math.min(MAX_AT_ONCE, wanted() - have);
  let all = await ask({ first: left(0) });
  while (all.pageInfo.hasNextPage && left(all.edges.length) > 0) {
    all = appended(all, await ask({ first: left(all.edges.length), after: all.pageInfo.endCursor }));
  }
  return all;
}

/** `ask` is given `{ first, after }` and gives a connection; `changes` counts what has changed since. `found` is null
 *  until the first page is there, then the connection with `nodes`. */
export function usePages(ask, changes, page = PAGE) {
  const [found, setFound] = useState(null);
  const [wrong, setWrong] = useState("");
  const [tries, setTries] = useState(0);
  const wanted = useRef(page); // rows
  const again = () => setTries((count) => count + 1);
  useEffect(() => {
    let alive = true;
    fromStart(ask, () => wanted.current).then(
      (all) => alive && (setFound(all), setWrong("")),
      (failed) => alive && setWrong(failed.message),
    );
    return () => { alive = false; };
  }, [changes, tries]);
  useEffect(() => {
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, []);
  const more = async () => {
    const after = found.pageInfo.endCursor;
    wanted.current = found.edges.length + page;
    const next = await ask({ first: page, after });
    wanted.current = found.edges.length + next.edges.length; // as many as are there
    // Where all was read again meanwhile, that has as many.
    setFound((now) => (now.pageInfo.endCursor === after ? appended(now, next) : now));
  };
  const onMore = found?.pageInfo.hasNextPage && (() => more().catch((failed) => setWrong(failed.message)));
  return { found: found && { ...found, nodes: found.edges.map((edge) => edge.node) }, wrong, again, onMore };
}
