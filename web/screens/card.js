// A household head's card: passes that show without a network, what is offered near, wishes, points.

import { Grants } from "../card/grants.js";
import { Near } from "../card/near.js";
import { usePasses } from "../card/passes.js";
import { askRedemptions, JustRedeemed, Redeemed } from "../card/redeemed.js";
import { Shown } from "../card/shown.js";
import { useTaking } from "../card/taking.js";
import { Frame, mount } from "../parts/frame.js";
import { html, useEffect, useState } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";
import { keepPage } from "../parts/offline.js";
import { usePages } from "../parts/pages.js";
import { linkTo, usePlace } from "../parts/place.js";
import { Tabs } from "../parts/tabs.js";
import { toast } from "../parts/toast.js";
import { askNotices } from "../parts/told.js";
import { api } from "../session.js";

const TABS = { passes: "优惠码", wishes: "心愿", points: "积分", honours: "评选", notices: "通知" };
const LOST = "没有网络：优惠码照常能用，别的等网络恢复。";

const Wishes = lazily("Wishes", () => import("../card/wishes.js"));
const Opened = lazily("Opened", () => import("../card/wish.js"));
const Notices = lazily("Notices", () => import("../parts/notices.js"));
const Honours = lazily("Honours", () => import("../honours/honours.js"));
const Points = lazily("Points", () => import("../card/points.js"));
const ServiceRecord = lazily("ServiceRecord", () => import("../card/record.js"));

function Card({ viewer }) {
  if (viewer.householdHead) return html`<${Own} viewer=${viewer} />`;
  return html`<${Frame} title="联户长" viewer=${viewer} busy=${false}>
    <main class="narrow card"><h2>这里给联户长用</h2>
      <p>您不是联户长：请联系社区，或<a href="/">回到入口</a>。</p></main>
  </${Frame}>`;
}

/** Counts what has changed, as the server tells it. */
function useChanges() {
  const [wishes, setWishes] = useState(0);
  const [passes, setPasses] = useState(0);
  const [notices, setNotices] = useState(0);
  const changed = (set) => () => set((count) => count + 1);
  const [wished, redeemed, noticed] = [setWishes, setPasses, setNotices].map(changed);
  useEffect(() => api.subscribe("WishChanged", {}, wished), []);
  useEffect(() => api.subscribe("RedemptionChanged", {}, redeemed), []);
  useEffect(() => api.subscribe("NotificationAdded", {}, noticed), []);
  return { wishes, passes, notices, wished, redeemed, noticed };
}

function Own({ viewer }) {
  const [at, id] = usePlace();
  const opened = at === "wish" && id ? id : null;
  const tab = opened ? "wishes" : at === "record" ? "points" : at in TABS ? at : "passes";
  const changes = useChanges();
  const told = usePages(askNotices, changes.notices);
  const waiting = useWaiting(changes.wishes + changes.notices);
  const counts = { notices: [told.found?.unread, "条未读"], wishes: [waiting.wishes, "个等您接单"],
    honours: [waiting.honours, "项等您同意"] };
  return html`<${Frame} title="联户长" viewer=${viewer} busy=${tab === "wishes"} lost=${LOST}>
    <main class=${opened ? "home opened" : tab === "passes" ? "home passes" : "home"}>
      <div class="own">
        <${Tabs} label="联户长" tabs=${TABS} tab=${tab} counts=${counts} />
        ${tab === "passes" && html`<${Passes} chosen=${id} changes=${changes} />`}
        ${tab === "wishes" && html`<${Wishes} opened=${opened} changes=${changes.wishes} onChange=${changes.wished} />`}
        ${at === "record" && html`<${ServiceRecord} />`}
        ${tab === "points" && at !== "record" && html`<${Points} viewer=${viewer} changes=${changes.wishes + changes.passes} />`}
        ${tab === "honours" && html`<${Honours} changes=${changes.notices} onChange=${changes.noticed} />`}
        ${tab === "notices" && html`<${Notices} viewer=${viewer} pages=${told} onRead=${changes.noticed} />`}
      </div>
      ${opened && html`<${Opened} key=${opened} id=${opened} changes=${changes.wishes} onChange=${changes.wished} />`}
    </main>
  </${Frame}>`;
}

/** How many wishes and nominations wait for an answer. */
function useWaiting(changes) {
  const [waiting, setWaiting] = useState({ wishes: 0, honours: 0 });
  useEffect(() => {
    api.ask("MyTodo").then(({ viewer: { todo } }) => {
      setWaiting({ wishes: todo.wishesToAnswer ?? 0, honours: todo.nominationsToConsent ?? 0 });
    }, () => {}); // a mark, no more
  }, [changes]);
  return waiting;
}

/** The pass that is chosen, or else the newest; the others; what was redeemed; what can be had. */
function Passes({ chosen, changes }) {
  const { passes, wrong, again } = usePasses(changes.passes);
  const taking = useTaking((pass) => {
    toast(`已领取：${pass.discount.title}`);
    changes.redeemed();
    location.hash = linkTo("passes", pass.id);
    scrollTo({ top: 0 });
  });
  const redeemed = usePages(askRedemptions, changes.passes);
  const shown = passes?.find((one) => one.id === chosen) ?? passes?.[0];
  return html`<div class="columns">
    <div class="own"><${JustRedeemed} pages=${redeemed} onChange=${changes.redeemed} />
    ${wrong && navigator.onLine && html`<p role="alert" class="wrong">${wrong}
      <button class="quiet" onClick=${again}>再试</button></p>`}
    ${passes?.length > 1 && html`<nav class="chips" aria-label="出示哪一张">${passes.map((one) => html`<a key=${one.id}
      class="chip" href=${linkTo("passes", one.id)} aria-current=${one === shown ? "true" : undefined}>
      ${one.shop.name} ${one.discount.title}</a>`)}</nav>`}
    ${shown && html`<${Shown} key=${shown.id} pass=${shown} onChange=${changes.redeemed} />`}</div>
    <div class="own">
      <${Grants} passes=${passes ?? []} taking=${taking} changes=${changes.passes + changes.notices} />
      <${Near} passes=${passes ?? []} taking=${taking} changes=${changes.passes} />
      <${Redeemed} pages=${redeemed} onChange=${changes.redeemed} />
    </div>
  </div>`;
}

mount(Card, { as: true, offline: true });
keepPage();
