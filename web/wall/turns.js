// What is on the wall by turns: the pages of a board, then the next period's.

import { useEffect, useLayoutEffect, useState } from "../parts/html.js";

const STAYS = 12_000; // milliseconds

/** Where the turns are. `next` gives what follows, null where nothing does.
 *
 *  @returns {[any, boolean, (paused: boolean) => void]} what is on, whether it is held, and how to hold it */
export function useTurns(first, next) {
  const [on, setOn] = useState(first);
  const [paused, setPaused] = useState(false);
  const following = paused ? null : next(on);
  const key = JSON.stringify(following);
  useLayoutEffect(() => { // at once: what is held turns no more
    if (!following) return undefined;
    const timer = setTimeout(() => setOn(following), STAYS);
    return () => clearTimeout(timer);
  }, [key]);
  return [on, paused, setPaused];
}

/** Whether the window is of this kind, by a media query. */
export function useMedia(query) {
  const [is, setIs] = useState(matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const look = () => setIs(list.matches);
    list.addEventListener("change", look);
    return () => list.removeEventListener("change", look);
  }, [query]);
  return is;
}
