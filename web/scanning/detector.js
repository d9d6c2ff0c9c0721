// What finds the text of a QR code in what a camera sees: the browser's own detector, or else a decoder in a worker.

const LONGEST = 960; // pixels: more takes longer and finds no more

/** What finds it: `look` gives its text, or null; it raises NotLoaded where the decoder can't be loaded. */
export function detector() {
  const own = "BarcodeDetector" in globalThis ? browsers() : null;
  let decoder = own ? null : decoding();
  return {
    async look(video) {
      try {
        if (!decoder) return await (await own)(video);
      } catch { // some phones have a detector without the service behind it
        decoder = decoding();
      }
      return decoder.look(video);
    },
    stop: () => decoder?.stop(),
  };
}

async function browsers() {
  const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
  const found = formats.includes("qr_code") && new BarcodeDetector({ formats: ["qr_code"] });
  return async (video) => (await found.detect(video))[0]?.rawValue ?? null;
}

function decoding() {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const lost = new Promise((_, reject) => {
    worker.onerror = () => reject(Object.assign(new Error(), { name: "NotLoaded" }));
  });
  lost.catch(() => {}); // it is told at the next look
  return {
    look(video) {
      const picture = drawn(video, pen);
      const said = new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
      worker.postMessage(picture, [picture.data.buffer]);
      return Promise.race([said, lost]);
    },
    stop: () => worker.terminate(),
  };
}

/** What a video shows now, made smaller. */
function drawn(video, pen) {
  const { videoWidth: width, videoHeight: height } = video;
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (pen.canvas.width !== wide || pen.canvas.height !== high) Object.assign(pen.canvas, { width: wide, height: high });
  pen.drawImage(video, 0, 0, wide, high);
  return pen.getImageData(0, 0, wide, high);
}
