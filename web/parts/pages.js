// What is read page by page, and read again when something has changed.

import { useEffect, useState } from "./html.js";

const PAGE = 10;
const MAX_AGAIN = 100; // the most that the server gives at once

/** `ask` is given `{ first, after }` and gives a connection; `changes` counts what has changed since. `found` is null
 *  until the first page is there, then the connection with `nodes`. */
export function usePages(ask, changes) {
  const [found, setFound] = useState(null);
  const [wrong, setWrong] = useState("");
  const [tries, setTries] = useState(0);
  const again = () => setTries((count) => count + 1);
  useEffect(() => {
    let alive = true;
    const first = Math.min(MAX_AGAIN, Math.max(PAGE, found?.edges.length ?? 0));
    ask({ first }).then(
      (page) => alive && (setFound(page), setWrong("")),
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
    const page = await ask({ first: PAGE, after });
    // Unless all was read again meanwhile.
    setFound((now) => (now.pageInfo.endCursor === after ? { ...page, edges: [...now.edges, ...page.edges] } : now));
  };
  const onMore = found?.pageInfo.hasNextPage && (() => more().catch((failed) => setWrong(failed.message)));
  return { found: found && { ...found, nodes: found.edges.map((edge) => edge.node) }, wrong, again, onMore };
}
