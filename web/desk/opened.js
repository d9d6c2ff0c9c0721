// One thing that is opened beside its list: read by its id, and again after a change.

import { html, useEffect, useState } from "../parts/html.js";
import { api } from "../session.js";

/** `document` reads the node; `back`: the address of its list; `none` is said where there is none; `draw` draws it. */
export function Opened({ title, document: name, id, changes, back, none, draw }) {
  const [found, setFound] = useState(undefined);
  const [wrong, setWrong] = useState("");
  const [tries, setTries] = useState(0);
  const again = () => setTries((count) => count + 1);
  useEffect(() => {
    let alive = true;
    api.ask(name, { id }).then(
      ({ node }) => alive && (setFound(node && Object.keys(node).length > 1 ? node : null), setWrong("")),
      (failed) => alive && setWrong(failed.message),
    );
    return () => { alive = false; };
  }, [id, changes, tries]);
  useEffect(() => {
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, []);
  return html`<section class="card" aria-label=${title}>
    <p><a class="quiet" href=${back}>← 返回</a></p>
    ${wrong && html`<p role="alert" class="wrong">${wrong} <button class="quiet" onClick=${again}>再试</button></p>`}
    ${found === undefined && !wrong && html`<p role="status">正在打开…</p>`}
    ${found === null && html`<p>${none}</p>`}
    ${found && draw(found)}
  </section>`;
}
