// A wish that is being written. It is kept with the number that it is sent under, so that neither a lost answer nor a
// reload loses it, or submits it twice.

import { api, read, remove, write } from "../session.js";
import { requestNo } from "../xingdian.js";
import { beside } from "./form.js";
import { useEffect, useState } from "./html.js";

const blank = () => ({ category: "", title: "", details: "", requestNo: requestNo(), sent: false });

/** The draft with its acts. It is kept under `key`, which goes with the session; `given` is sent with it; `needed`:
 *  fields that must be filled in, each with what is said where it is not; what it has as `about` is never sent.
 *  `onDone` is told of the wish that became of it. */
export function useDraft({ key, given, needed }, onDone) {
  const [draft, setDraft] = useState(null); // not read yet
  const [sending, setSending] = useState(false);
  const [failing, setFailing] = useState(false);
  const [wrong, setWrong] = useState({});
  const fields = [...Object.keys(needed), "details"];

  /** What is wrong with it before it is sent, by field. */
  const amiss = (row) => Object.fromEntries(Object.entries(needed).filter(([field]) => !row[field]?.trim()));

  const change = (changes) => {
    const changed = { ...draft, ...changes };
    setDraft(changed);
    setWrong({ ...wrong, ...Object.fromEntries(Object.keys(changes).map((field) => [field, undefined])) });
    write(key, changed).catch(() => {}); // said when it is sent
  };

  const refused = async (row, errors) => {
    // Under this number something else was submitted, by another window: what is here now is another wish.
    const reused = errors.some(({ code }) => code === "REQUEST_NO_REUSED");
    const kept = { ...row, sent: false, ...(reused ? { requestNo: requestNo() } : {}) };
    await write(key, kept);
    setDraft(kept);
    setWrong(beside(errors, fields));
  };

  const deliver = async (row) => {
    await write(key, row); // before it is sent
    setDraft(row);
    const { sent, about, ...input } = row;
    const how = { tries: Infinity, retrying: () => setFailing(true) };
    const { wishSubmit: answer } = await api.ask("WishSubmit", { input }, how);
    if (!answer.wish) return refused(row, answer.errors);
    await remove(key);
    setDraft(blank());
    return onDone(answer.wish);
  };

  /** Send, until there is an answer. What is thrown decides nothing: the draft stays as it was sent. */
  const send = async (row = { ...given, ...draft, sent: true }) => {
    const found = amiss(row);
    setWrong(found);
    if (sending || Object.keys(found).length) return;
    setSending(true);
    await deliver(row).catch((failed) => setWrong({ all: failed.message }));
    setSending(false);
    setFailing(false);
  };

  const begin = (kept) => {
    setDraft(kept ?? blank());
    if (kept?.sent) send(kept);
  };
  useEffect(() => void read(key).then(begin, () => begin()), []);
  const written = Boolean(draft && (draft.category || draft.title || draft.details));
  const anew = (about) => change({ ...blank(), ...about });
  return { draft, written, sending, failing, wrong, change, anew, send: () => send() };
}
