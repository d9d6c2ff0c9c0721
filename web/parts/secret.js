// The secret of a second factor that is being set up: to be scanned by a phone beside this page, opened in an app of this
// device, or typed.

import { html } from "./html.js";
import { Qr } from "./qr.js";

/** `words`: `qr` names the picture, `openApp` the link, `secret` the letters. */
export function Secret({ enrolment: { uri, secret }, words }) {
  return html`<div class="secret-qr"><${Qr} text=${uri} label=${words.qr} /></div>
    <p><a href=${uri}>${words.openApp}</a></p>
    <p>${words.secret} <code class="secret">${secret.replace(/(.{4})/g, "$1 ")}</code></p>`;
}
