// Fields and forms: a label for each field, what is wrong beside it, and nothing sent twice while it is on its way.

import { html, useEffect, useRef, useState } from "./html.js";

const LATEST = { date: "9999-12-31" }; // without an end, a year may be typed with six digits

/** A field with its label; `error` stands under it, and `hint` where nothing is wrong. All else goes to the input. */
export function Field({ id, label, error, hint, value, onValue, multiline, place, ...rest }) {
  const about = `${id}-about`;
  const given = {
    id, name: id, ref: place, value, "aria-invalid": error ? "true" : undefined,
    "aria-describedby": error || hint ? about : undefined,
    onInput: (event) => onValue(event.currentTarget.value), max: LATEST[rest.type], ...rest,
  };
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${multiline ? html`<textarea ...${given} />` : html`<input autocomplete="off" ...${given} />`}
    ${(error || hint) && html`<p id=${about} class=${error ? "wrong" : "hint"}>${error || hint}</p>`}
  </div>`;
}

/** A form. `onSend` may take its time; what it throws, or returns as `{ message }`, is shown. */
export function Form({ onSend, button, disabled, children }) {
  const [sending, setSending] = useState(false);
  const [wrong, setWrong] = useState("");
  const alive = useRef(true);
  const place = useRef(null);
  useEffect(() => () => { alive.current = false; }, []);
  const send = async (event) => {
    event.preventDefault();
    if (sending || disabled) return;
    setSending(true);
    setWrong("");
    const refused = await Promise.resolve(onSend()).catch((failed) => failed);
    if (!alive.current) return;
    setSending(false);
    setWrong(refused?.message ?? "");
    // To the first field that is wrong, once it is drawn so; in a dialog some stand before the form.
    requestAnimationFrame(() => (place.current?.closest("dialog") ?? place.current)?.querySelector("[aria-invalid=true], [data-wrong] input")?.focus());
  };
  return html`<form ref=${place} onSubmit=${send} novalidate>
    ${children}
    <${Wrong} text=${wrong} />
    <button class="primary" disabled=${disabled} aria-busy=${sending}>${sending ? "…" : button}</button>
  </form>`;
}

/** What was refused, by the field that it stands beside; of several the first. `all`: what is about none of these. */
export function beside(errors, fields) {
  const placed = errors.map(({ field, message }) => [field?.findLast((part) => fields.includes(part)) ?? "all", message]);
  return Object.fromEntries(placed.reverse());
}

/** What was refused, read out as it appears. */
export function Wrong({ text }) {
  return html`<div role="alert">${text && html`<p class="wrong">${text}</p>`}</div>`;
}
