// The secret of a second factor that is being set up: to be scanned by a phone beside this page, opened in an app of this
// device, or typed.

import { html, useEffect, useState } from "./html.js";

/** `words`: `qr` names the picture, `openApp` the link, `secret` the letters. */
export function Secret({ enrolment: { uri, secret }, words }) {
  const [Qr, setQr] = useState(null);
  useEffect(() => void import("./qr.js").then((found) => setQr(() => found.Qr), () => {}), []); // the others do without it
  return html`<div class="secret-qr">${Qr && html`<${Qr} text=${uri} label=${words.qr} />`}</div>
    <p><a href=${uri}>${words.openApp}</a></p>
    <p>${words.secret} <code class="secret">${secret.replace(/(.{4})/g, "$1 ")}</code></p>`;
}
