// A screen that this version does not have yet.

import { Frame } from "./frame.js";
import { html } from "./html.js";

/** The screen with this title, as a component. */
export const later = (title) => ({ viewer }) => html`<${Frame} title=${title} viewer=${viewer} busy=${false}>
  <main class="narrow card">
    <h2>这个页面还没有</h2>
    <p>这个版本先有<a href="/sign-in">登录</a>、<a href="/till">收银台</a>、<a href="/home">我家</a>、
      <a href="/card">联户长</a>、<a href="/desk">工作台</a>和<a href="/wall">积分榜大屏</a>，其余的以后会有。</p>
  </main>
</${Frame}>`;
