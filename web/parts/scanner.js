// QR codes by the camera. Loaded at the first tap, for most tills have a scanner of their own, or type.

import { scan } from "../scanning/scan.js";
import { WORDS } from "../scanning/words.js";
import { Dialog } from "./dialog.js";
import { html, useEffect, useRef, useState } from "./html.js";

const FOR_GOOD = ["Insecure", "NotFoundError"]; // another try changes nothing

/** Told as `Scan` is. */
export function Scanner({ words, language, accepts, onRead, onClose }) {
  const ours = WORDS[language];
  const video = useRef(null);
  const [turn, setTurn] = useState(0);
  const [said, setSaid] = useState(ours.allow);
  const [ended, setEnded] = useState(null);
  const [lamp, setLamp] = useState(null); // { turn, on }
  useEffect(() => scan(video.current, {
    onLive(found) {
      setSaid(words.aim);
      setLamp(found && { turn: found, on: false });
    },
    onText(text) {
      if (accepts(text)) onRead(text);
      else setSaid(words.other);
      return accepts(text);
    },
    onEnd(why) {
      setLamp(null);
      setEnded(why);
    },
  }), [turn]);
  const again = () => {
    setEnded(null);
    setSaid(ours.allow);
    setTurn(turn + 1);
  };
  const light = () => lamp.turn(!lamp.on).then(() => setLamp({ ...lamp, on: !lamp.on }), () => setLamp(null));
  return html`<${Dialog} title=${words.scan} close=${ours.close} onClose=${onClose}>
    <div class="scanner">
      <video ref=${video} muted playsinline hidden=${ended !== null} aria-label=${ours.picture}></video>
      <p role="status" class=${ended ? "wrong" : ""}>
        ${ended ? `${ours.ended[ended] ?? ours.failed}${words.instead}` : said}</p>
      ${lamp && html`<button type="button" aria-pressed=${lamp.on} onClick=${light}>${ours.lamp}</button>`}
      ${ended && !FOR_GOOD.includes(ended) && html`<button type="button" class="primary" onClick=${again}>
        ${ours.again}</button>`}
    </div>
  </${Dialog}>`;
}
