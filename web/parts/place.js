// Where one is, by what stands behind the #: the way back of the browser, or of a phone, then leads back here too.

import { useEffect, useState } from "./html.js";

/** What stands there now; nothing where that is no address of ours. */
function now() {
  try {
    return location.hash.slice(1).split("/").map(decodeURIComponent);
  } catch {
    return [""];
  }
}

/** The parts of the place, such as `["wish", ID]`. */
export function usePlace() {
  const [place, setPlace] = useState(now);
  useEffect(() => {
    const moved = () => setPlace((place) => (now().join("/") === place.join("/") ? place : now()));
    addEventListener("hashchange", moved);
    moved(); // it may have changed since this was first drawn
    return () => removeEventListener("hashchange", moved);
  }, []);
  return place;
}

/** The address of a place. */
export const linkTo = (...place) => `#${place.map(encodeURIComponent).join("/")}`;
