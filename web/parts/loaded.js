// What is loaded when it is first drawn, so that a screen begins with little.

import { html, useEffect, useState } from "./html.js";

/** The component `name` of the module that `from` imports; all else is given to it. */
export function Loaded({ from, name, ...given }) {
  const [module, setModule] = useState(null);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    let alive = true;
    from().then((found) => alive && setModule(found), () => alive && setMissing(true));
    return () => { alive = false; };
  }, [from]);
  if (module) return html`<${module[name]} ...${given} />`;
  return html`<section class="card">${missing ? html`<p role="alert" class="wrong">这一页没有取到，请检查网络后刷新。
    <button class="quiet" onClick=${() => location.reload()}>刷新</button></p>` : html`<p role="status">正在打开…</p>`}</section>`;
}
