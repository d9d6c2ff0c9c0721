// Asking to belong to a household, with the ticket of a phone that nobody knows here yet.

import { Field, Form } from "../parts/form.js";
import { html, useState } from "../parts/html.js";
import { api, device } from "../session.js";

export function Join({ words, ticket, onIn }) {
  const [name, setName] = useState("");
  const [home, setHome] = useState("");
  const [byAddress, setByAddress] = useState(false);
  const [shown, setShown] = useState(false); // what is missing
  const missing = (value) => (shown && !value.trim() ? words.needed : "");
  const send = async () => {
    setShown(true);
    if (!name.trim() || !home.trim()) return null;
    const where = byAddress ? { address: home.trim() } : { householdCode: home.trim() };
    const input = { ticket, name: name.trim(), ...where, device: await device(), label: "网页" };
    const { householdJoin: answer } = await api.ask("HouseholdJoin", { input });
    if (answer.signedIn) return onIn(answer.signedIn);
    return answer.errors[0];
  };
  return html`<h2>${words.joinTitle}</h2><p>${words.joinAbout}</p>
    <${Form} button=${words.join} onSend=${send}>
      <${Field} id="name" label=${words.name} value=${name} error=${missing(name)} autocomplete="name"
        onValue=${setName} />
      <${Field} id="home" label=${byAddress ? words.address : words.household} value=${home} error=${missing(home)}
        onValue=${setHome} />
      <button type="button" class="quiet" onClick=${() => { setByAddress(!byAddress); setHome(""); }}>
        ${byAddress ? words.orNumber : words.orAddress}</button>
    </${Form}>`;
}
