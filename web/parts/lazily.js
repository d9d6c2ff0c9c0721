// A component that is loaded when it is first wanted, for few want it.

import { html, useEffect, useState } from "./html.js";

/** `load` imports the component. */
export const lazily = (load) => function Lazy(given) {
  const [Found, setFound] = useState(null);
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    let alive = true;
    load().then((found) => alive && setFound(() => found), () => alive && setWrong(true));
    return () => { alive = false; };
  }, []);
  if (wrong) return html`<p role="alert" class="wrong">网络不通，这一部分打不开。网络恢复后请刷新页面。</p>`;
  if (!Found) return html`<p role="status">正在打开…</p>`;
  return html`<${Found} ...${given} />`;
};
