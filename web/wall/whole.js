// All of a list, page by page, again and again: on a wall nobody asks for more.

import { useEffect, useState } from "../parts/html.js";

const AGAIN = 10 * 60_000; // milliseconds
const PAGE = 100; // the most that the server gives at once
const MOST = 10; // pages

/** All nodes of a connection that `ask` gives, by `{ first, after }`; none where it gives none. */
export async function whole(ask) {
  const nodes = [];
  let after;
  for (let pages = 0; pages < MOST; pages += 1) {
    const found = await ask({ first: PAGE, after });
    nodes.push(...(found?.edges.map((edge) => edge.node) ?? []));
    if (!found?.pageInfo.hasNextPage) break;
    after = found.pageInfo.endCursor;
  }
  return nodes;
}

/** What `ask` gives for an area, undefined until it is read; what was read last stays while the network is away. */
export function useAgain(ask, areaId) {
  const [found, setFound] = useState(undefined);
  useEffect(() => {
    let alive = true;
    const quietly = () => ask(areaId).then((rows) => alive && setFound(rows), () => {});
    quietly();
    const timer = setInterval(quietly, AGAIN);
    return () => { alive = false; clearInterval(timer); };
  }, [areaId]);
  return found;
}
