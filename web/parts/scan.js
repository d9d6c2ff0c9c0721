// The button that scans a QR code into a field. What reads with the camera is fetched at the first tap.

import { html, useEffect, useState } from "./html.js";

/** `words`: { scan, aim, other, instead, lost }. `accepts` says whether a text is the one that is looked for; `onRead` is
 *  told it once the dialog is gone, so that the focus can be moved; `onWrong` what went wrong. */
export function Scan({ words, language = "zh", accepts, onRead, onWrong }) {
  const [opened, setOpened] = useState(null);
  const [found, setFound] = useState(null);
  useEffect(() => { if (found) onRead(found.text); }, [found]);
  const open = () => import("./scanner.js").then(setOpened, () => onWrong(words.lost));
  const close = () => setOpened(null);
  const read = (text) => {
    close();
    setFound({ text });
  };
  return html`<button type="button" class="scan" onClick=${open}>${words.scan}</button>
    ${opened && html`<${opened.Scanner} ...${{ words, language, accepts }} onClose=${close} onRead=${read} />`}`;
}
