// Finds a QR code in a picture, beside the page, which stays free for whoever types meanwhile. It is told ImageData, and
// says the code's text, or null.

import { binarize, Decoder, Detector, grayscale } from "@nuintun/qrcode";

const detector = new Detector();
const decoder = new Decoder();

function found({ data, width, height }) {
  const places = detector.detect(binarize(grayscale({ data, width, height }), width, height));
  for (let place = places.next(); !place.done; place = places.next(false)) {
    try {
      return decoder.decode(place.value.matrix).content;
    } catch { /* something else that has three corners */ }
  }
  return null;
}

addEventListener("message", ({ data }) => postMessage(found(data)));
