// Asking to belong to a household, with the ticket of a phone that nobody knows here yet.

import { beside, Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { api, device } from "../session.js";

export function Join({ words, ticket, onIn }) {
  const [name, setName] = useState("");
  const [home, setHome] = useState("");
  const [byAddress, setByAddress] = useState(false);
  const [shown, setShown] = useState(false); // what is missing
  const [wrong, setWrong] = useState({});
  const missing = (value) => (shown && !value.trim() ? words.needed : "");
  const send = async () => {
    setShown(true);
    if (!name.trim() || !home.trim()) return null;
    const where = byAddress ? { address: home.trim() } : { householdCode: home.trim() };
    const input = { ticket, name: name.trim(), ...where, device: await device(), label: "网页" };
    const { householdJoin: answer } = await api.ask("HouseholdJoin", { input });
    if (answer.signedIn) return onIn(answer.signedIn);
    const found = beside(answer.errors, ["name", "householdCode", "address"]);
    setWrong(found);
    return { message: found.all };
  };
  const change = (set) => (value) => { set(value); setWrong({}); };
  return html`<h2>${words.joinTitle}</h2><p>${words.joinAbout}</p>
    <${Form} button=${words.join} onSend=${send}>
      <${Field} id="name" label=${words.name} value=${name} error=${missing(name) || wrong.name}
        autocomplete="name" onValue=${change(setName)} />
      <${Field} id="home" label=${byAddress ? words.address : words.household} value=${home}
        error=${missing(home) || wrong.householdCode || wrong.address} onValue=${change(setHome)} />
      <button type="button" class="quiet" onClick=${() => { setByAddress(!byAddress); change(setHome)(""); }}>
        ${byAddress ? words.orNumber : words.orAddress}</button>
    </${Form}>`;
}
