// Where the focus goes. It moves as what it moves to is drawn, not after the next paint: a key that is pressed at
// once, by quick hands or a scanner, belongs to what is seen.

import { useLayoutEffect, useRef } from "./html.js";

/** A ref whose element takes the focus when it appears, and again when one of `changes` has changed. */
export function useFocus(...changes) {
  const place = useRef(null);
  useLayoutEffect(() => place.current?.focus(), changes);
  return place;
}

/** A ref whose element takes the focus when `now` becomes another, not when it appears. */
export function useFocusOnChange(now) {
  const place = useRef(null);
  const before = useRef(now);
  useLayoutEffect(() => {
    if (before.current !== now) place.current?.focus();
    before.current = now;
  }, [now]);
  return place;
}

/** From what was `opened`, an id or null, back to its row of the list. */
export function useFocusBack(opened) {
  const before = useRef(null);
  useLayoutEffect(() => {
    if (!opened && before.current) document.getElementById(`row-${before.current}`)?.focus();
    before.current = opened;
  }, [opened]);
}
