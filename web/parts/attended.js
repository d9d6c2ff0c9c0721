// Whether somebody is at the page. A session at a console ends after 30 idle minutes, and whatever is asked is a use of
// it: so what a page asks by itself waits while nobody is there.

const AWAY_AFTER = 5 * 60_000; // milliseconds without a sign of anybody
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "focusin"];

let last = Date.now();
const waiting = new Set();

function there() {
  last = Date.now();
  const acts = [...waiting];
  waiting.clear();
  for (const act of acts) act();
}

for (const sign of SIGNS) addEventListener(sign, there, { capture: true, passive: true });
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && there());

/** Do it now; while nobody is at the page, once, when somebody is back. */
export function whenAttended(act) {
  if (Date.now() - last < AWAY_AFTER) act();
  else waiting.add(act);
}
