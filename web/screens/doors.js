// The front page: the doors to the other screens, by who is signed in.

import { DOORS, doorsOf } from "../parts/doors.js";
import { Frame, mount } from "../parts/frame.js";
import { html } from "../parts/html.js";
import { language, OtherLanguage } from "../parts/language.js";
import { api, isSignedIn } from "../session.js";

const WORDS = {
  zh: {
    title: "红城星店",
    lead: "居民点单，联户长帮忙，红城星店致谢。",
    signIn: ["登录", "手机验证码，或现场出示的登录码"],
    goOn: ["继续登录", "可能还差两步验证或隐私告知"],
    doors: "入口",
    none: "您还没有身份：请联系社区，或等申请得到确认。",
    how: "怎么用",
    steps: [
      ["点单", "居民提出微心愿"],
      ["派单", "社区、网格派给联户长"],
      ["接单 · 办结", "联户长接下并办好"],
      ["评单", "居民评价，评价变成积分"],
      ["核销", "在红城星店出示优惠码，收银台核销"],
    ],
  },
  en: {
    title: "红城星店",
    lead: "Neighbours ask for small things, volunteers help, and partner shops thank the volunteers.",
    signIn: ["Sign in", "By a code sent to your phone, or one shown to you"],
    goOn: ["Go on signing in", "The second factor or the privacy notice may be due"],
    doors: "Doors",
    none: "You have no role yet: ask your community, or wait until your request is confirmed.",
    how: "How it works",
    steps: [
      ["Submit", "A resident puts in a wish"],
      ["Dispatch", "The community dispatches it"],
      ["Accept, complete", "A household head takes it on"],
      ["Rate", "The resident rates it; ratings become points"],
      ["Verify", "A partner shop gives a discount, verified at the till"],
    ],
  },
};

// The front page is for everybody: without a network, or with a token that has ended, it shows the doors all the same.
const who = async () => (await isSignedIn()) && (await api.ask("Viewer", {}, { tries: 1 })).viewer;
const viewer = (await who().catch(() => null)) || null;

function Doors() {
  const chosen = language();
  const words = WORDS[chosen];
  const own = viewer ? doorsOf(viewer.roles) : [];
  const others = viewer ? DOORS.filter((door) => door.roles.length === 0) : DOORS;
  const other = html`<${OtherLanguage} chosen=${chosen} />`;
  return html`<${Frame} title=${words.title} viewer=${viewer} busy=${false} tools=${other}>
    <main class="wide">
      <p class="lead">${words.lead}</p>
      <nav aria-label=${words.doors}>
        ${viewer && own.length === 0 && html`<p class="lead">${words.none}</p>`}
        <ul class="doors">
          ${own.length === 0 && html`<${Door} path="/sign-in" words=${viewer ? words.goOn : words.signIn} first />`}
          ${own.map((door) => html`<${Door} path=${door.path} words=${door[chosen]} first />`)}
          ${others.map((door) => html`<${Door} path=${door.path} words=${door[chosen]} />`)}
        </ul>
      </nav>
      <section aria-labelledby="how">
        <h2 id="how">${words.how}</h2>
        <ol class="steps">${words.steps.map(([name, about]) => html`<li><b>${name}</b><span>${about}</span></li>`)}</ol>
      </section>
    </main>
  </${Frame}>`;
}

function Door({ path, words: [name, about], first }) {
  return html`<li><a class=${first ? "door first" : "door"} href=${path}><b>${name}</b><span>${about}</span></a></li>`;
}

mount(Doors);
