// One customer after another: enter, prepare, take the money, confirm. What was under way when the page was closed goes
// on.

import { html, useEffect, useState } from "../parts/html.js";
import { Done, Refused, Shut } from "./done.js";
import { Entry } from "./entry.js";
import { Confirming, Prepared } from "./prepared.js";
import { confirm, forget, oldest, settle } from "./under-way.js";

/** `suspended`: why nothing new is entered; what was under way is finished all the same. `onIdle` is told whether the page
 *  may be reloaded; `onChange` that the day has changed. */
export function Sale({ shopIds, suspended, onIdle, onChange }) {
  const [stage, setStage] = useState({ at: "looking" });

  const next = (given = {}) => setStage({ at: "entry", given });
  const resume = async () => {
    const row = await oldest(shopIds);
    if (!row) next();
    else if (row.sent) finish(row, settle);
    else setStage({ at: "prepared", row });
  };
  const finish = async (row, by) => {
    setStage({ at: "confirming", row });
    const retrying = () => setStage({ at: "confirming", row, failing: true });
    try {
      const { redemption, refused } = await by(row, retrying);
      setStage(redemption ? { at: "done", redemption } : { at: "refused", message: refused.message });
      onChange();
    } catch (failed) {
      setStage({ at: "confirming", row, failed }); // what was written down stays
    }
  };
  const drop = async (row, given) => {
    await forget(row);
    next(given);
  };
  useEffect(() => void resume(), []);
  const shut = suspended && stage.at === "entry";
  const entering = stage.at === "entry" && !shut; // then `Entry` says whether it is idle
  useEffect(() => void (entering || onIdle(Boolean(shut))), [entering, shut]);

  if (shut) return html`<${Shut} why=${suspended} />`;
  if (entering) {
    return html`<${Entry} given=${stage.given} onIdle=${onIdle} onAnswer=${({ row, redemption, message }, entered) =>
      setStage(row ? { at: "prepared", row, entered } : { at: "done", redemption, note: message })} />`;
  }
  if (stage.at === "prepared") {
    const { row, entered } = stage;
    return html`<${Prepared} row=${row} onConfirm=${() => finish(row, confirm)} onDrop=${() => drop(row)}
      onOther=${entered && (() => drop(row, entered))} />`;
  }
  if (stage.at === "confirming") return html`<${Confirming} ...${stage} onAgain=${() => finish(stage.row, settle)} />`;
  if (stage.at === "done") {
    return html`<${Done} key=${stage.redemption.state} redemption=${stage.redemption} note=${stage.note}
      onNext=${resume} onScan=${() => next()}
      onRevoked=${(redemption) => { setStage({ at: "done", redemption }); onChange(); }} />`;
  }
  if (stage.at === "refused") {
    return html`<${Refused} message=${stage.message} onNext=${resume} onScan=${() => next()} />`;
  }
  return html`<p class="card" role="status">请稍候…</p>`;
}
