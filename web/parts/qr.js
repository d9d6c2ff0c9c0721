// A QR code, drawn in the page: black on white in the dark too, for that is what scanners read.

import { correction, generate } from "lean-qr";
import { html } from "./html.js";

const MARGIN = 4; // modules, as ISO 18004 has it

/** The path of all dark modules, a run of them in a row as one piece. */
function pathOf(code) {
  const runs = [];
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      const from = x;
      while (code.get(x, y)) x += 1;
      if (x > from) runs.push(`M${from} ${y}h${x - from}v1h${from - x}z`);
    }
  }
  return runs.join("");
}

export function Qr({ text, label }) {
  const code = generate(text, { minCorrectionLevel: correction.M });
  const side = code.size + 2 * MARGIN;
  return html`<svg class="qr" role="img" aria-label=${label} viewBox=${`${-MARGIN} ${-MARGIN} ${side} ${side}`}
    shape-rendering="crispEdges"><path d=${pathOf(code)} /></svg>`;
}
