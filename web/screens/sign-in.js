// Signing in: by one of two ways, then whatever is still due, then through the door of one's role.

import { DOORS, homeOf } from "../parts/doors.js";
import { Frame, mount } from "../parts/frame.js";
import { html, useEffect, useState } from "../parts/html.js";
import { language, OtherLanguage } from "../parts/language.js";
import { lazily } from "../parts/lazily.js";
import { usePhoneCodes } from "../parts/whole.js";
import { api, enter, isSignedIn, placeAt, signOut } from "../session.js";
import { Join } from "../sign-in/join.js";
import { Notice, noticeDue } from "../sign-in/notice.js";
import { ByCode, ByPhone } from "../sign-in/ways.js";
import { WORDS } from "../sign-in/words.js";

const Factor = lazily("Factor", () => import("../sign-in/factor.js"));

// A code in an address stands behind the #, which no server and no log sees; nor does it stay in the history.
const CODE = decoded(location.hash.slice(1));
if (CODE) history.replaceState(null, "", location.pathname + location.search);
const asked = new URLSearchParams(location.search);
const signedIn = await isSignedIn().catch(() => false); // where nothing can be kept, `mount` says so

/** What stands in an address, as it is where that is no address of ours. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where to go with these roles: on to the screen that asked, if it is one of ours. */
function next(roles) {
  const found = DOORS.find((door) => door.path === asked.get("next"));
  location.replace(found ? placeAt(found.path) : homeOf(roles));
}

function SignIn() {
  const chosen = language();
  const words = WORDS[chosen];
  const [step, setStep] = useState({ at: signedIn ? "due" : "ways" });
  const other = html`<${OtherLanguage} chosen=${chosen} />`;
  const come = async ({ token, ticket }) => {
    if (!token) return setStep({ at: "join", ticket });
    await enter(token);
    return setStep({ at: step.at === "join" ? "joined" : "due", fresh: true });
  };
  return html`<${Frame} title=${words.title} tools=${other}>
    <main class="narrow card">
      ${asked.has("ended") && step.at === "ways" && html`<p class="notice-line" role="status">${words.ended}</p>`}
      ${asked.has("erased") && step.at === "ways" && html`<p class="notice-line" role="status">${words.erased}</p>`}
      ${step.at === "ways" && html`<${Ways} words=${words} language=${chosen} onIn=${come} />`}
      ${step.at === "join" && html`<${Join} words=${words} ticket=${step.ticket} onIn=${come} />`}
      ${step.at === "joined" && html`<p role="status">${words.joined}</p>
        <button class="primary" onClick=${() => setStep({ at: "due", fresh: true })}>${words.go}</button>`}
      ${step.at === "due" && html`<${Due} words=${words} fresh=${step.fresh} />`}
    </main>
  </${Frame}>`;
}

function Ways({ words, language: chosen, onIn }) {
  const sends = usePhoneCodes();
  const [picked, setByCode] = useState(CODE ? true : null);
  const byCode = picked ?? sends === false;
  const way = (label, value) => html`<button aria-pressed=${byCode === value} onClick=${() => setByCode(value)}>
    ${label}</button>`;
  return html`<div class="tabs" role="group" aria-label=${words.title}>
      ${way(words.byPhone, false)}${way(words.byCode, true)}</div>
    ${byCode
      ? html`<${ByCode} words=${words} language=${chosen} given=${CODE} onIn=${onIn} />`
      : sends === false ? html`<p>${words.noTexts}</p>` : html`<${ByPhone} words=${words} onIn=${onIn} />`}`;
}

/** What is due before anything is shown: the second factor, then the privacy notice. `fresh`: who has just come in, or
 *  done what was due, goes on by himself; who was signed in before is asked, for it may be somebody else. */
function Due({ words, fresh }) {
  const [due, setDue] = useState({});
  const look = async (goesOn) => {
    const { viewer: { secondFactor } } = await api.ask("MySecondFactor");
    if (secondFactor.due) return setDue({ factor: secondFactor });
    const notice = await noticeDue();
    if (notice) return setDue({ notice });
    const { viewer } = await api.ask("Viewer");
    return goesOn ? next(viewer.roles) : setDue({ known: viewer });
  };
  const lookAgain = (goesOn) => look(goesOn).catch((failed) => setDue({ failed }));
  const goOn = () => lookAgain(true);
  useEffect(() => void lookAgain(fresh), []);
  if (due.factor) return html`<${Factor} words=${words} factor=${due.factor} onDone=${goOn} />`;
  if (due.notice) return html`<${Notice} words=${words} notice=${due.notice} onDone=${goOn} />`;
  if (due.failed) {
    return html`<p class="wrong" role="alert">${due.failed.message}</p>
      <button class="primary" onClick=${() => lookAgain(fresh)}>${words.retry}</button>`;
  }
  if (!due.known) return html`<p role="status">${words.waiting}</p>`;
  const another = () => signOut(`/sign-in${location.search}${CODE && `#${CODE}`}`);
  return html`<p>${words.already(due.known.displayName)}</p>
    <button class="primary" onClick=${() => next(due.known.roles)}>${words.goOn}</button>
    <button class="quiet" onClick=${another}>${words.another}</button>`;
}

mount(SignIn, { keeps: true });
