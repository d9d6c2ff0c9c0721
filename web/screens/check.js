// The check of a service record: whoever holds the paper sees whether it is ours, and what it says, to be compared.

import { Field, Form } from "../parts/form.js";
import { Frame, mount } from "../parts/frame.js";
import { html, useEffect, useState } from "../parts/html.js";
import { Paper } from "../parts/paper.js";
import { publicApi } from "../session.js";

const SAID = {
  VALID: ["✓ 属实", "这份证明由本系统开具，和现在的记录一致。请和手里的纸对照。", "card good"],
  CHANGED_SINCE: ["开具后有变动", "这份证明由本系统开具，但后来有更正。下面是纸上的内容，请让本人重新开具。", "card due-piece"],
  NOT_OURS: ["查无此证明", "不是本系统开具的，或本人已注销。请检查核验码有没有抄错。", "card"],
};

/** The code in what was scanned, pasted or typed: the address, or the code alone. */
const codeOf = (text) => text.slice(text.indexOf("#") + 1).replace(/\s/g, "");

function Check() {
  const [code, setCode] = useState(() => codeOf(location.hash));
  const [found, setFound] = useState(null);
  const [wrong, setWrong] = useState("");
  const ask = async (text) => {
    setFound(null);
    setWrong("");
    setFound((await publicApi.ask("ServiceRecordVerify", { code: codeOf(text) })).serviceRecordVerify);
  };
  useEffect(() => {
    const scanned = () => {
      setCode(codeOf(location.hash));
      if (location.hash) ask(location.hash).catch((failed) => setWrong(failed.message));
    };
    scanned();
    addEventListener("hashchange", scanned);
    return () => removeEventListener("hashchange", scanned);
  }, []);
  const send = () => (codeOf(code) ? ask(code) : { message: "请扫证明上的二维码，或粘贴核验码" });
  return html`<${Frame} title="核验服务证明" busy=${false}>
    <main class="narrow checking">
      <div role="status">${found && html`<${Answer} of=${found} />`}</div>
      ${wrong && html`<p role="alert" class="wrong">${wrong}
        <button type="button" class="quiet" onClick=${() => ask(code).catch((failed) => setWrong(failed.message))}>再试</button></p>`}
      <section class="card" aria-labelledby="check"><h2 id="check">${found ? "再核验一份" : "核验一份"}</h2>
        <${Form} button="核验" onSend=${send}>
          <${Field} id="code" label="核验码" multiline rows="4" spellcheck="false" value=${code} onValue=${setCode}
            hint="用手机相机扫证明上的二维码就会打开这里，不用登录" />
        </${Form}></section>
    </main>
  </${Frame}>`;
}

function Answer({ of: { standing, record } }) {
  const [title, about, look] = SAID[standing];
  return html`<section class=${look}><h2>${title}</h2><p>${about}</p>${record && html`<${Paper} of=${record} />`}</section>`;
}

mount(Check);
