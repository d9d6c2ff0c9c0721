// What is being written: kept with the number that it is sent under, so that neither a lost answer nor a reload loses it,
// or makes it twice. What was sent stays as it is until its answer is known.

import { api, read, remove, write } from "../session.js";
import { ASKS_AGAIN, requestNo } from "../xingdian.js";
import { useEffect, useState } from "./html.js";

/** Said where something was sent and nothing came back. */
export const UNANSWERED = "上次提交后没有得到答复。请再试一次：只算一次，有了答复才能改。";

/** A draft under a key, which goes with the session; with its acts. It is null until it was read. `blank` makes an empty
 *  one; `document` makes the thing, from what `input` makes of the draft and its `requestNo`; `field` says beside which
 *  field a refusal stands; `onDone` is told of the thing. `insists`: it is sent until there is an answer, after a reload
 *  too, whether its form is open or not; `failing` meanwhile says that none comes. */
export function useDraft({ key, blank, document, input, field, insists = false, onDone }) {
  const [draft, setDraft] = useState(null);
  const [wrong, setWrong] = useState({});
  const [sending, setSending] = useState(false);
  const [failing, setFailing] = useState(false);
  // Once: by its number, or because to do the same again changes nothing.
  const how = insists ? { again: true, tries: Infinity, retrying: () => setFailing(true) } : { again: true };
  const fresh = () => ({ ...blank(), requestNo: requestNo(), sent: false });
  const keep = async (row) => {
    await write(key, row);
    setDraft(row);
  };
  const change = (given) => {
    const changed = { ...draft, ...given };
    setDraft(changed);
    setWrong({ ...wrong, ...Object.fromEntries(Object.keys(given).map((name) => [name, undefined])) });
    write(key, changed).catch(() => {}); // said when it is sent
  };
  /** Begin another one, with some of it given. */
  const anew = (given) => {
    setWrong({});
    keep({ ...fresh(), ...given }).catch(() => {});
  };
  const drop = () => {
    setDraft(fresh());
    setWrong({});
    return remove(key);
  };
  const refused = async (row, errors) => {
    // Under this number something else was made, by another window: what is here now is another thing.
    const reused = errors.some(({ code }) => code === "REQUEST_NO_REUSED");
    await keep({ ...row, sent: false, ...(reused ? { requestNo: requestNo() } : {}) });
    const placed = errors.map((error) => [field(error) ?? "all", error.message]);
    setWrong(Object.fromEntries(placed.reverse())); // of several the first
    return errors.find((error) => !field(error));
  };
  const deliver = async (row) => {
    await keep(row); // before it is sent
    const data = await api.ask(document, { input: input(row) }, how).catch(async (failed) => {
      if (!ASKS_AGAIN.includes(failed.code)) await keep({ ...row, sent: false });
      throw failed;
    });
    const { errors, ...made } = Object.values(data)[0];
    if (errors.length) return refused(row, errors);
    await drop();
    return onDone(Object.values(made)[0]);
  };
  /** Send, unless something is wrong with it, by field. What stands beside no field is `wrong.all`; it is returned or
   *  thrown too, for the form that waits for it. */
  const send = async (found = {}, row = draft) => {
    setWrong(found);
    if (sending || Object.keys(found).length) return undefined;
    setSending(true);
    const left = deliver({ ...row, sent: true }).finally(() => { setSending(false); setFailing(false); });
    return insists ? left.then(() => {}, (failed) => setWrong({ all: failed.message })) : left;
  };
  const begin = (kept) => {
    setDraft({ ...fresh(), ...kept }); // what was kept by an earlier release may lack a field
    if (insists && kept?.sent) send({}, kept);
  };
  useEffect(() => void read(key).then(begin, () => begin()), []);
  return { draft, wrong, sending, failing, unanswered: Boolean(draft?.sent) && !sending, change, anew, send, drop };
}
