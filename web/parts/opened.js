// How many dialogs are open: under one the page is not reloaded by itself.

import { useEffect, useState } from "./html.js";

const listeners = new Set();
let count = 0;

function change(by) {
  count += by;
  listeners.forEach((listener) => listener(count));
}

/** One is open, until the returned function is called. */
export function opened() {
  change(1);
  return () => change(-1);
}

export function useOpened() {
  const [now, setNow] = useState(count);
  useEffect(() => {
    setNow(count);
    listeners.add(setNow);
    return () => { listeners.delete(setNow); };
  }, []);
  return now;
}
