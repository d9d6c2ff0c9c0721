// A step that is taken: done, or what was refused.

import { api } from "../session.js";

/** The answer to a step. It is sent again where none came: the server takes a step once, however often the same person
 *  asks for it. */
export async function answerTo(name, input) {
  return (await api.ask(name, { input }, { again: true }))[name[0].toLowerCase() + name.slice(1)];
}

/** Take a step: what was refused, by field, of several the first; an empty object once it is done. */
export async function take(name, input) {
  const { errors } = await answerTo(name, input);
  const placed = errors.map(({ field, message }) => [field?.at(-1) ?? "all", message]);
  return Object.fromEntries(placed.reverse());
}

/** The message that stands beside none of these fields, for `Form`. */
export function rest(wrong, fields) {
  const [left] = Object.keys(wrong).filter((field) => !fields.includes(field));
  return left && { message: wrong[left] };
}
