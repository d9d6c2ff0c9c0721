// Taking a pass for a discount. It is written down with its number before it is sent, so that neither a lost answer nor a
// reload takes two.

import { useEffect, useState } from "../parts/html.js";
import { toast } from "../parts/toast.js";
import { api, read, remove, write } from "../session.js";
import { requestNo } from "../xingdian.js";
import { keepPass } from "./passes.js";

const KEY = "card:taking"; // goes with the session

/** What is being taken, with its acts; `onDone` is told of the pass.
 *
 *  @returns {{taking: any, failing: boolean, wrong: {discountId?: string, message?: string},
 *    take: (discount: {id: string, title: string}) => void}} */
export function useTaking(onDone) {
  const [taking, setTaking] = useState(null);
  const [failing, setFailing] = useState(false);
  const [wrong, setWrong] = useState({});

  const deliver = async (row) => {
    await write(KEY, row); // before it is sent
    const input = { discountId: row.discountId, requestNo: row.requestNo };
    const how = { tries: Infinity, retrying: () => setFailing(true) };
    const { passIssue: { pass, errors } } = await api.ask("PassIssue", { input }, how);
    const kept = pass?.state === "LIVE" && await keepPass(pass);
    await remove(KEY);
    if (kept) return onDone(kept);
    const message = errors[0]?.message ?? "这张码已经用过或取消，请再领一次";
    toast(message); // where it is not on the page any more
    return setWrong({ discountId: row.discountId, message });
  };

  const send = async (row) => {
    setTaking(row);
    setWrong({});
    await deliver(row).catch((failed) => setWrong({ discountId: row.discountId, message: failed.message }));
    setTaking(null);
    setFailing(false);
  };

  useEffect(() => void read(KEY).then((row) => row && send(row), () => {}), []);
  const take = ({ id, title }) => taking || send({ discountId: id, title, requestNo: requestNo() });
  return { taking, failing, wrong, take };
}
