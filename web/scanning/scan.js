// A scan: the camera is on until a code is read, a minute has passed, the page is hidden, or it is stopped.

import { detector } from "./detector.js";

const LOOKS_EVERY = 125; // milliseconds
const LASTS = 60_000;
const WANTED = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };

/**
 * Begin to scan; the returned function stops it. `onLive` is told once the camera is on, with what switches its lamp, or
 * null. `onText` is told each text that is seen, and says whether it was the one. `onEnd` is told why it ended without:
 * Late, Hidden, Unplugged, Insecure, NotLoaded, or the name of an error of getUserMedia.
 */
export function scan(video, { onLive, onText, onEnd }) {
  let over = false;
  const stops = [];
  const stop = () => {
    over = true;
    stops.forEach((one) => one());
  };
  const end = (why) => {
    if (over) return;
    stop();
    onEnd(why);
  };

  async function begin() {
    if (!isSecureContext) throw named("Insecure");
    if (!navigator.mediaDevices) throw named("NotFoundError");
    const found = detector(); // it is fetched while permission is asked for
    stops.push(found.stop);
    const stream = await navigator.mediaDevices.getUserMedia({ video: WANTED });
    const [track] = stream.getTracks();
    stops.push(() => track.stop());
    if (over) return stop();
    track.onended = () => end("Unplugged");
    const timer = setTimeout(() => end("Late"), LASTS);
    stops.push(() => clearTimeout(timer));
    video.srcObject = stream;
    await video.play();
    if (over) return stop();
    onLive(lampOf(track));
    while (!over) {
      const pause = new Promise((done) => setTimeout(done, LOOKS_EVERY));
      const text = await found.look(video);
      if (!over && text && onText(text)) stop();
      await pause;
    }
  }

  const hidden = () => document.hidden && end("Hidden");
  document.addEventListener("visibilitychange", hidden);
  stops.push(() => document.removeEventListener("visibilitychange", hidden));
  begin().catch((failed) => end(failed.name));
  return stop;
}

const named = (name) => Object.assign(new Error(), { name });

/** What switches the lamp beside a camera on or off; null where there is none. */
function lampOf(track) {
  if (!track.getCapabilities?.().torch) return null;
  return (torch) => track.applyConstraints({ advanced: [{ torch }] });
}
