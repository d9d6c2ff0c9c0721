// A wish that is being written. It is kept with the number that it is sent under, so that neither a lost answer nor a
// reload loses it, or submits it twice.

import { beside } from "../parts/form.js";
import { useEffect, useState } from "../parts/html.js";
import { api, read, remove, write } from "../session.js";
import { requestNo } from "../xingdian.js";

const KEY = "home:draft"; // goes with the session
const FIELDS = ["category", "title", "details"];

const blank = () => ({ category: "", title: "", details: "", requestNo: requestNo(), sent: false });

/** What is wrong with a draft before it is sent, by field. */
function amiss({ category, title }) {
  return { ...(category ? {} : { category: "请选择类别" }), ...(title.trim() ? {} : { title: "请填写此项" }) };
}

/** The draft with its acts. `onDone` is told of the wish that became of it. */
export function useDraft(householdId, onDone) {
  const [draft, setDraft] = useState(null); // not read yet
  const [sending, setSending] = useState(false);
  const [failing, setFailing] = useState(false);
  const [wrong, setWrong] = useState({});

  const change = (given) => {
    const changed = { ...draft, ...given };
    setDraft(changed);
    setWrong({ ...wrong, ...Object.fromEntries(Object.keys(given).map((field) => [field, undefined])) });
    write(KEY, changed).catch(() => {}); // said when it is sent
  };

  const refused = async (row, errors) => {
    // Under this number something else was submitted, by another window: what is here now is another wish.
    const reused = errors.some(({ code }) => code === "REQUEST_NO_REUSED");
    const kept = { ...row, sent: false, ...(reused ? { requestNo: requestNo() } : {}) };
    await write(KEY, kept);
    setDraft(kept);
    setWrong(beside(errors, FIELDS));
  };

  const deliver = async (row) => {
    await write(KEY, row); // before it is sent
    setDraft(row);
    const { sent, ...input } = row;
    const how = { tries: Infinity, retrying: () => setFailing(true) };
    const { wishSubmit: answer } = await api.ask("WishSubmit", { input }, how);
    if (!answer.wish) return refused(row, answer.errors);
    await remove(KEY);
    setDraft(blank());
    return onDone(answer.wish);
  };

  /** Send, until there is an answer. What is thrown decides nothing: the draft stays as it was sent. */
  const send = async (row = { householdId, ...draft, sent: true }) => {
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
  useEffect(() => void read(KEY).then(begin, () => begin()), []);
  const written = Boolean(draft && (draft.category || draft.title || draft.details));
  return { draft, written, sending, failing, wrong, change, send: () => send() };
}
