// A component that is loaded when it is first wanted.

import { html, useEffect, useState } from "./html.js";

/** `load` imports the module in which it has this `name`. */
export const lazily = (name, load) => function Lazy(given) {
  const [Found, setFound] = useState(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    let alive = true;
    load().then((found) => alive && setFound(() => found[name]), () => alive && setWrong("网络不通，这一页还没有下载"));
    return () => { alive = false; };
  }, []);
  if (Found) return html`<${Found} ...${given} />`;
  // A module that could not be loaded is not asked for again by every browser.
  return html`<section class="card">${wrong ? html`<p role="alert" class="wrong">${wrong}
    <button type="button" class="quiet" onClick=${() => location.reload()}>再试</button></p>`
    : html`<p role="status">正在打开…</p>`}</section>`;
};
