// What is being written on this screen: kept with the number that it is sent under, so that neither a lost answer nor a
// reload loses it, or makes it twice.

import { useEffect, useState } from "../parts/html.js";
import { api, read, remove, write } from "../session.js";
import { requestNo } from "../xingdian.js";

/** A draft under a key, with its acts: null until it was read. `blank` makes an empty one; `document` makes the thing,
 *  from what `input` makes of the draft; `field` says beside which field a refusal stands. */
export function useDraft({ key, blank, document, input, field, onDone }) {
  const [draft, setDraft] = useState(null);
  const [wrong, setWrong] = useState({});
  const [sending, setSending] = useState(false);
  const fresh = () => ({ ...blank(), requestNo: requestNo(), sent: false });
  const keep = async (row) => {
    setDraft(row);
    await write(key, row);
  };
  useEffect(() => {
    read(key).then((kept) => setDraft(kept ?? fresh()), () => setDraft(fresh()));
  }, []);
  const change = (given) => {
    setWrong({ ...wrong, ...Object.fromEntries(Object.keys(given).map((name) => [name, undefined])) });
    // Other words are another thing: under the number that was sent, they would be refused.
    const another = draft.sent ? { requestNo: requestNo(), sent: false } : {};
    keep({ ...draft, ...given, ...another }).catch(() => {}); // said when it is sent
  };
  const drop = () => {
    setDraft(fresh());
    setWrong({});
    return remove(key);
  };
  const deliver = async () => {
    const row = { ...draft, sent: true };
    await keep(row); // before it is sent
    const asked = { input: { ...input(row), requestNo: row.requestNo } };
    const { errors, ...made } = Object.values(await api.ask(document, asked))[0];
    if (!errors.length) {
      await drop();
      return onDone(Object.values(made)[0]);
    }
    const reused = errors.some(({ code }) => code === "REQUEST_NO_REUSED");
    await keep({ ...row, sent: false, ...(reused ? { requestNo: requestNo() } : {}) });
    const by = errors.map((error) => [field(error) ?? "all", error.message]);
    setWrong(Object.fromEntries(by));
    const [left] = errors.filter((error) => !field(error));
    return left;
  };
  /** Send, unless something is wrong with it, by field. */
  const send = async (found = {}) => {
    setWrong(found);
    if (Object.keys(found).length) return undefined;
    setSending(true);
    return deliver().finally(() => setSending(false));
  };
  return { draft, wrong, sending, change, send, drop };
}
