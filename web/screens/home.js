// A resident's home: the wishes of the household, who has looked at its address and phone, and what one was told of.

import { askReveals, askWishes, Reveals, Wishes } from "../home/lists.js";
import { Begin, Submit } from "../home/submit.js";
import { Acts, Opened } from "../home/wish.js";
import { useFocusBack } from "../parts/focus.js";
import { Frame, mount } from "../parts/frame.js";
import { html, useEffect, useState } from "../parts/html.js";
import { lazily } from "../parts/lazily.js";
import { usePages } from "../parts/pages.js";
import { usePlace } from "../parts/place.js";
import { useSubmitting } from "../parts/submitting.js";
import { Tabs } from "../parts/tabs.js";
import { toast } from "../parts/toast.js";
import { askNotices } from "../parts/told.js";
import { api } from "../session.js";

const TABS = { wishes: "心愿", honours: "评选", reveals: "谁看过", notices: "通知" };
const Honours = lazily("Honours", () => import("../honours/honours.js"));
const Notices = lazily("Notices", () => import("../parts/notices.js"));
const NEEDED = { category: "请选择类别", title: "请填写此项" };

function Home({ viewer }) {
  if (viewer.household) return html`<${Own} viewer=${viewer} />`;
  return html`<${Frame} title="我家" viewer=${viewer} busy=${false}>
    <main class="narrow card"><h2>这里给居民用</h2>
      <p>您还不在任何一户里：请联系社区或联户长，或<a href="/">回到入口</a>。</p></main>
  </${Frame}>`;
}

/** Counts what has changed, as the server tells it. */
function useChanges() {
  const [changes, setChanges] = useState(0);
  const [notices, setNotices] = useState(0);
  const changed = () => setChanges((count) => count + 1);
  const noticed = () => setNotices((count) => count + 1);
  useEffect(() => api.subscribe("WishChanged", {}, changed), []);
  useEffect(() => api.subscribe("NotificationAdded", {}, noticed), []);
  return { changes, notices, changed, noticed };
}

function Own({ viewer }) {
  const [at, wish] = usePlace();
  const tab = at in TABS ? at : "wishes";
  const opened = at === "wish" && wish ? wish : null;
  const { changes, notices, changed, noticed } = useChanges();
  const [submitting, setSubmitting] = useState(false);
  const [rating, setRating] = useState(false);
  const draft = useSubmitting({ key: "home:draft", given: { householdId: viewer.household.id }, needed: NEEDED }, () => {
    setSubmitting(false);
    toast("已点单，有进展会在这里告诉您");
    changed();
  });
  const told = usePages(askNotices, notices);
  const asked = useAsked(notices);
  useFocusBack(opened);
  const busy = submitting || rating || draft.sending;
  return html`<${Frame} title="我家" viewer=${viewer} busy=${busy}>
    <main class=${opened ? "home opened" : "home"}>
      <div class="own">
        <${Tabs} label="我家" tabs=${TABS} tab=${tab} counts=${{
          notices: [told.found?.unread, "条未读"], honours: [asked, "项等您同意"],
        }} />
        ${tab === "wishes" && html`<${Asked} changes=${changes} opened=${opened} onBusy=${setRating}
          onChange=${changed}>
          ${draft.draft && html`<${Begin} draft=${draft} onOpen=${() => setSubmitting(true)} />`}
        </${Asked}>`}
        ${tab === "honours" && html`<${Honours} changes=${notices} onChange=${noticed} />`}
        ${tab === "reveals" && html`<${Looked} changes=${changes} />`}
        ${tab === "notices" && html`<${Notices} viewer=${viewer} pages=${told} onRead=${noticed} />`}
      </div>
      ${opened && html`<${Opened} key=${opened} id=${opened} changes=${changes} onBusy=${setRating}
        onChange=${changed} />`}
    </main>
    ${submitting && html`<${Submit} draft=${draft} onClose=${() => setSubmitting(false)} />`}
  </${Frame}>`;
}

/** How many nominations wait for consent. */
function useAsked(changes) {
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    api.ask("MyTodo").then(({ viewer }) => setAsked(viewer.todo.nominationsToConsent ?? 0), () => {}); // a mark, no more
  }, [changes]);
  return asked;
}

/** What waits longest for its rating comes first, then the way to a new wish, then all of them. */
function Asked({ changes, opened, onBusy, onChange, children }) {
  const pages = usePages(askWishes, changes);
  const due = pages.found?.nodes.findLast(({ state, availableActions: actions, id }) =>
    state === "COMPLETED" && actions.includes("RATE") && id !== opened);
  return html`${due && html`<section key=${due.id} class="card due" aria-labelledby="due">
      <h2 id="due">请评单：${due.title}</h2>
      <p>${due.head?.name ? `联户长 ${due.head.name} 已经办好。` : ""}<span class="typed">${due.completionNote}</span></p>
      <${Acts} wish=${due} onBusy=${onBusy} onDone=${onChange} />
    </section>`}
    ${children}
    <${Wishes} pages=${pages} opened=${opened} />`;
}

function Looked({ changes }) {
  return html`<${Reveals} pages=${usePages(askReveals, changes)} />`;
}

mount(Home, { as: true });
