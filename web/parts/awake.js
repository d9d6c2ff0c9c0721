// The screen of the device stays on.

import { useEffect } from "./html.js";

/** Keep the screen awake, where the browser can; it lets go of it whenever the page is hidden. */
export function useAwake(wanted) {
  useEffect(() => {
    if (!wanted || !navigator.wakeLock) return undefined;
    let lock = null;
    const take = async () => {
      if (document.visibilityState === "visible") lock = await navigator.wakeLock.request("screen").catch(() => null);
    };
    take();
    document.addEventListener("visibilitychange", take);
    return () => {
      document.removeEventListener("visibilitychange", take);
      lock?.release();
    };
  }, [wanted]);
}
