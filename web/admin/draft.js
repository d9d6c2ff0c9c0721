// What is being written on this screen: kept with the number that it is sent under, so that neither a lost answer nor a
// reload loses it, or makes it twice. What was sent stays as it is until its answer is known.

import { useEffect, useState } from "../parts/html.js";
import { api, read, remove, write } from "../session.js";
import { ASKS_AGAIN, requestNo } from "../xingdian.js";

/** Said where something was sent and nothing came back. */
export const UNANSWERED = "上次提交后没有得到答复。请再试一次：只算一次，有了答复才能改。";

/** A draft under a key, with its acts: null until it was read. `blank` makes an empty one; `document` makes the thing,
 *  from what `input` makes of the draft and its `requestNo`; `field` says beside which field a refusal stands. */
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
    keep({ ...draft, ...given }).catch(() => {}); // said when it is sent
  };
  const drop = () => {
    setDraft(fresh());
    setWrong({});
    return remove(key);
  };
  const deliver = async () => {
    const row = { ...draft, sent: true };
    await keep(row); // before it is sent
    // Once: by its number, or because to do the same again changes nothing.
    const data = await api.ask(document, { input: input(row) }, { again: true }).catch(async (failed) => {
      if (!ASKS_AGAIN.includes(failed.code)) await keep({ ...row, sent: false });
      throw failed;
    });
    const { errors, ...made } = Object.values(data)[0];
    if (!errors.length) {
      await drop();
      return onDone(Object.values(made)[0]);
    }
    // Under this number something else was made, by another window: what is here now is another thing.
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
  return { draft, wrong, unanswered: Boolean(draft?.sent) && !sending, change, send, drop };
}
