// A page that opens without a network from its second visit on.

/** Have the service worker keep this page, once all of it is there. Where there is none, as without https, the page works
 *  as before. */
export function keepPage() {
  if (!navigator.serviceWorker) return;
  const begin = () => navigator.serviceWorker.register("/sw.js").catch(() => {}); // no room, or not allowed
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });
}
