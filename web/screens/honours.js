// Seasons of honours for everybody: what is being thanked for, the lists of notices, who was thanked. Nobody has to sign
// in; who has can do here what one may.

import { Frame, mount } from "../parts/frame.js";
import { html } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";
import { isSignedIn } from "../session.js";

const Honours = lazily("Honours", () => import("../honours/honours.js"));
const own = await isSignedIn().catch(() => false); // in a browser that keeps nothing

function Public() {
  return html`<${Frame} title="评选公示" busy=${false}>
    <main class="home"><div class="own"><${Honours} own=${own} /></div></main>
  </${Frame}>`;
}

mount(Public);
