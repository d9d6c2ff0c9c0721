// QR codes by the camera. Loaded at the first tap, for most tills have a scanner of their own, or type.

import { Dialog } from "./dialog.js";
import { html, useEffect, useRef, useState } from "./html.js";

const LOOKS_EVERY = 150; // milliseconds
const REASONS = {
  NotAllowedError: "没有得到使用摄像头的许可：请在浏览器里允许，或输入 11 位数字",
  NotFoundError: "没有找到摄像头：请输入 11 位数字",
};

/** What finds the text of a QR code in a picture; null where the browser has none. */
async function detector() {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}

async function reading(video, alive, onRead) {
  const found = await detector();
  if (!navigator.mediaDevices) throw new Error("扫码须用 https 打开本页：请输入 11 位数字");
  if (!found) throw new Error("这个浏览器不能扫码：请输入 11 位数字");
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  if (!alive()) return stop();
  video.srcObject = stream;
  await video.play();
  while (alive()) {
    const [code] = await found.detect(video).catch(() => []);
    if (code && alive()) {
      stop();
      return onRead(code.rawValue);
    }
    await new Promise((done) => setTimeout(done, LOOKS_EVERY));
  }
  return stop();
}

export function Scanner({ onRead, onClose }) {
  const video = useRef(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    let alive = true;
    reading(video.current, () => alive, onRead).catch((failed) => setWrong(REASONS[failed.name] ?? failed.message));
    return () => { alive = false; };
  }, []);
  return html`<${Dialog} title="扫码" onClose=${onClose}>
    <video ref=${video} muted playsinline hidden=${Boolean(wrong)} aria-label="摄像头画面"></video>
    <p role="status" class=${wrong ? "wrong" : ""}>${wrong || "把顾客手机上的二维码放在画面中间"}</p>
  </${Dialog}>`;
}
