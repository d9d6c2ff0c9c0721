// The QR code of a pass, as a picture for <image>: mini-programs have neither a library for it nor a document to draw in.
// Of all that ISO/IEC 18004 has, what fits a pass: version 4, level M, bytes, mask 0.

const SIZE = 33; // modules
const MARGIN = 4;
const MAX_BYTES = 62;
const [BLOCKS, DATA, CORRECTION] = [2, 32, 18]; // codewords a block
const FORMAT = 0x5412; // level M, mask 0, with its correction and mask

// Powers of 2 in GF(256), and their logarithms.
const POWER = [1];
while (POWER.length < 255) {
  const next = POWER[POWER.length - 1] * 2;
  POWER.push(next > 255 ? next ^ 0x11d : next);
}
const LOG = POWER.reduce((found, value, power) => Object.assign(found, { [value]: power }), {});
const times = (a, b) => (a && b ? POWER[(LOG[a] + LOG[b]) % 255] : 0);

// The product of all (x - 2^i), without its leading 1.
const GENERATOR = Array.from({ length: CORRECTION }).reduce(
  (product, _, power) => product.map((value, i) => value ^ times(product[i - 1] || 0, POWER[power]))
    .concat(times(product[product.length - 1], POWER[power])), [1],
).slice(1);

/** Reed-Solomon: what is appended to a block so that it can be repaired. */
function correction(block) {
  return block.reduce(([first, ...rest], byte) => {
    const factor = byte ^ first;
    return rest.concat(0).map((value, i) => value ^ times(GENERATOR[i], factor));
  }, new Array(CORRECTION).fill(0));
}

/** All codewords of a text of ASCII, interleaved block by block. */
function codewords(text) {
  const bytes = Array.from(text, (one) => one.charCodeAt(0));
  if (bytes.length > MAX_BYTES || bytes.some((byte) => byte > 127)) throw new RangeError("not the code of a pass");
  // Four bits say that these are bytes, eight how many, four that they end; so each byte is cut in two.
  const halves = [4, bytes.length >> 4, bytes.length & 15, ...bytes.flatMap((byte) => [byte >> 4, byte & 15]), 0];
  const data = [];
  for (let i = 0; i < halves.length; i += 2) data.push((halves[i] << 4) | halves[i + 1]);
  for (let i = 0; data.length < BLOCKS * DATA; i += 1) data.push(i % 2 ? 0x11 : 0xec);
  const blocks = [data.slice(0, DATA), data.slice(DATA)];
  const woven = (rows) => rows[0].flatMap((_, i) => rows.map((row) => row[i]));
  return woven(blocks).concat(woven(blocks.map(correction)));
}

/** Each module: true is dark. */
function drawn(text) {
  const rows = Array.from({ length: SIZE }, () => new Array(SIZE)); // undefined: room for data
  const put = (x, y, dark) => {
    if (x >= 0 && y >= 0 && x < SIZE && y < SIZE) rows[y][x] = Boolean(dark);
  };
  const square = (x, y, reach, isDark) => {
    for (let down = -reach; down <= reach; down += 1) {
      for (let right = -reach; right <= reach; right += 1) {
        put(x + right, y + down, isDark(Math.max(Math.abs(right), Math.abs(down))));
      }
    }
  };
  for (let i = 0; i < SIZE; i += 1) [[i, 6], [6, i]].forEach(([x, y]) => put(x, y, i % 2 === 0));
  for (const [x, y] of [[3, 3], [SIZE - 4, 3], [3, SIZE - 4]]) square(x, y, 4, (far) => far !== 2 && far !== 4);
  square(SIZE - 7, SIZE - 7, 2, (far) => far !== 1);
  for (let i = 0; i < 15; i += 1) {
    const dark = (FORMAT >> i) & 1;
    put(8, i < 6 ? i : i < 8 ? i + 1 : SIZE - 15 + i, dark);
    put(i < 8 ? SIZE - 1 - i : i === 8 ? 7 : 14 - i, 8, dark);
  }
  put(8, SIZE - 8, true);

  const bits = codewords(text).flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => (byte >> bit) & 1));
  let [at, up] = [0, true];
  for (let right = SIZE - 1; right > 0; right -= right === 8 ? 3 : 2) { // two columns at a time, up and down by turns
    for (let i = 0; i < SIZE; i += 1) {
      const y = up ? SIZE - 1 - i : i;
      for (const x of [right, right - 1]) {
        if (rows[y][x] === undefined) rows[y][x] = Boolean((bits[at++] || 0) ^ Number((x + y) % 2 === 0));
      }
    }
    up = !up;
  }
  return rows;
}

/** A picture of it: black on white, an address for <image>. */
export function picture(text) {
  const side = SIZE + 2 * MARGIN;
  const dark = drawn(text).flatMap((row, y) => row.flatMap((one, x) => (one ? `M${x + MARGIN} ${y + MARGIN}h1v1h-1z` : [])));
  return `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${8 * side}" height="${8 * side}" viewBox="0 0 ${side} ${side}">`
    + `<path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${dark.join("")}"/></svg>`,
  )}`;
}
