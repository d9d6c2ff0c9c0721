// What was chosen in this browser, such as large type. In one that keeps nothing, as where a site may store no data, it
// is forgotten with the page.

/** What stands under a name; null for nothing. `where`: for the browser, or for this tab alone. */
export function chosen(name, where = "localStorage") {
  try {
    return globalThis[where].getItem(name);
  } catch {
    return null;
  }
}

/** Keep it, or forget it (null). Returns whether that was done. */
export function choose(name, value, where = "localStorage") {
  try {
    if (value === null) globalThis[where].removeItem(name);
    else globalThis[where].setItem(name, value);
    return true;
  } catch {
    return false;
  }
}
