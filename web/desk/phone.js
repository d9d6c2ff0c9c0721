// Another phone for a head or for a household's contact, whose name is said again.

import { Dialog } from "../parts/dialog.js";
import { Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { rest, take } from "../parts/take.js";
import { toast } from "../parts/toast.js";

/** `name`: the document, with its `input`; `whose`: whose name is to be typed. */
export function ChangePhone({ name, input, whose, onClose, onDone }) {
  const [given, setGiven] = useState({ name: "", phone: "" });
  const [wrong, setWrong] = useState({});
  const change = (field) => (text) => { setGiven({ ...given, [field]: text }); setWrong({}); };
  const send = async () => {
    const found = await take(name, { ...input, ...given });
    setWrong(found);
    if (Object.keys(found).length) return rest(found, ["name", "phone"]);
    toast("手机号已改，请本人用新号码登录");
    return onDone();
  };
  return html`<${Dialog} title="换手机号" onClose=${onClose}>
    <${Form} button="换手机号" onSend=${send}>
      <p>换号后须重新登录，新旧号码都会收到通知。请先核对是本人。</p>
      <${Field} id="name" label=${`${whose}的姓名`} hint="照登记的写，用来核对" value=${given.name} error=${wrong.name}
        onValue=${change("name")} />
      <${Field} id="phone" label="新手机号" type="tel" value=${given.phone} error=${wrong.phone}
        onValue=${change("phone")} />
    </${Form}>
  </${Dialog}>`;
}
