// The codes of a pass (优惠码), computed on the phone without a network: docs/merchant.md says how, and why each step.
//
// For a WeChat mini-program and any other JavaScript: it uses nothing but the language, and of that no BigInt. Written
// for steps from 0 to 2^53 - 1, which are all that a Number can hold exactly.

const LATEST_STEP = 9007199254740991;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|([+-])(\d\d):(\d\d))$/;

// Damm's totally anti-symmetric quasigroup of order 10.
const DAMM = [
  "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
  "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
];

// FIPS 180-4, 4.2.2: of the cube roots of the first 64 primes, the first 32 bits after the point.
const K = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

// FIPS 180-4, 5.3.3.
const H = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/**
 * What a phone keeps of a pass. Plain data, so that it can go into the phone's storage and come back.
 *
 * @typedef {object} Kept
 * @property {string} secret 32 bytes in base64url
 * @property {string} id 16 bytes in base64url
 * @property {string|null} slot 4 digits; null: no short code, show the QR code alone
 * @property {number} stepSeconds how long a code stays
 * @property {number} offset milliseconds to add to the phone's clock
 * @property {number} expiresAt when to stop showing any, in milliseconds since 1970
 */

/**
 * What a phone shows now.
 *
 * @typedef {object} Shown
 * @property {string} qr the text of the QR code
 * @property {string|null} short the short code, 11 digits
 * @property {number} secondsLeft how long they stay, with fractions: more than 0, at most `stepSeconds`
 */

/**
 * Keep what is needed of a pass.
 *
 * @param {{secret: string, code: string, shortCode: string|null, stepSeconds: number, serverTime: string,
 *   expiresAt: string}} pass a live pass, as `PassIssue` or `MyPasses` answered it
 * @param {number} [phoneTime] the phone's clock when the answer came, in milliseconds since 1970
 * @returns {Kept}
 * @throws {RangeError} when the pass is not live, or not of this form
 */
function keep(pass, phoneTime = Date.now()) {
  const parts = String(pass.code).split(".");
  if (parts.length !== 4 || parts[0] !== "XD1") throw new RangeError("not the code of a live pass");
  bytesOf(pass.secret, 32);
  bytesOf(parts[1], 16);
  return {
    secret: pass.secret,
    id: parts[1],
    slot: pass.shortCode ? pass.shortCode.slice(0, 4) : null,
    stepSeconds: pass.stepSeconds,
    offset: instant(pass.serverTime) - phoneTime,
    expiresAt: instant(pass.expiresAt),
  };
}

/**
 * The codes to show now.
 *
 * @param {Kept} kept
 * @param {number} [phoneTime] the phone's clock, in milliseconds since 1970
 * @returns {Shown|null} null once the pass has run out
 */
function codesAt(kept, phoneTime = Date.now()) {
  const now = phoneTime + kept.offset;
  if (!(now < kept.expiresAt)) return null;
  const lasts = kept.stepSeconds * 1000;
  const step = Math.floor(now / lasts);
  return {
    qr: qrText(kept.secret, kept.id, step),
    short: kept.slot === null ? null : shortText(kept.secret, kept.id, kept.slot, step),
    secondsLeft: (Math.min((step + 1) * lasts, kept.expiresAt) - now) / 1000,
  };
}

/**
 * The text of the QR code of a pass in a step.
 *
 * @param {string} secret 32 bytes in base64url
 * @param {string} id 16 bytes in base64url
 * @param {number} step from 0 to 2^53 - 1
 * @returns {string}
 * @throws {RangeError} for anything else
 */
function qrText(secret, id, step) {
  return "XD1." + id + "." + step + "." + base64url(mac("xingdian-qr-1", secret, id, step).subarray(0, 16));
}

/**
 * The short code of a pass in a step.
 *
 * @param {string} secret 32 bytes in base64url
 * @param {string} id 16 bytes in base64url
 * @param {string} slot 4 digits
 * @param {number} step from 0 to 2^53 - 1
 * @returns {string} 11 digits
 * @throws {RangeError} for anything else
 */
function shortText(secret, id, slot, step) {
  if (!/^[0-9]{4}$/.test(slot)) throw new RangeError("a slot is 4 digits");
  const tag = mac("xingdian-short-1", secret, id, step);
  const number = (((tag[0] << 24) | (tag[1] << 16) | (tag[2] << 8) | tag[3]) >>> 0) % 1000000;
  const ten = slot + ("00000" + number).slice(-6);
  return ten + damm(ten);
}

/**
 * Whether what was typed can be a short code: 11 digits, full-width or not, with any spaces between, and the last one
 * right. It catches each wrong digit and each swap of two neighbours before anything is sent.
 *
 * @param {string} typed
 * @returns {boolean}
 */
function isShortCode(typed) {
  const digits = typed.replace(/\s+/g, "").replace(/[\uff10-\uff19]/g, (digit) => String(digit.charCodeAt(0) - 0xff10));
  return /^[0-9]{11}$/.test(digits) && damm(digits) === 0;
}

/**
 * SHA-256 (FIPS 180-4).
 *
 * @param {Uint8Array} message
 * @returns {Uint8Array} 32 bytes
 */
function sha256(message) {
  const padded = new Uint8Array(((message.length + 8) >> 6) * 64 + 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const bits = message.length * 8;
  writeWord(padded, padded.length - 8, Math.floor(bits / 4294967296));
  writeWord(padded, padded.length - 4, bits);
  const state = H.slice();
  const w = new Array(64);
  for (let at = 0; at < padded.length; at += 64) compress(state, padded, at, w);
  const digest = new Uint8Array(32);
  state.forEach((word, index) => writeWord(digest, index * 4, word));
  return digest;
}

// FIPS 180-4, 6.2.2, on the block at `at`.
function compress(state, bytes, at, w) {
  for (let t = 0; t < 16; t += 1) {
    const from = at + t * 4;
    w[t] = (bytes[from] << 24) | (bytes[from + 1] << 16) | (bytes[from + 2] << 8) | bytes[from + 3];
  }
  for (let t = 16; t < 64; t += 1) {
    const s0 = turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ (w[t - 15] >>> 3);
    const s1 = turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ (w[t - 2] >>> 10);
    w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t += 1) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[t] + w[t]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    state[index] = (state[index] + word) | 0;
  });
}

/**
 * HMAC-SHA256 (RFC 2104).
 *
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 * @returns {Uint8Array} 32 bytes
 */
function hmacSha256(key, message) {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? sha256(key) : key);
  const inner = new Uint8Array(64 + message.length);
  const outer = new Uint8Array(96);
  for (let index = 0; index < 64; index += 1) {
    inner[index] = block[index] ^ 0x36;
    outer[index] = block[index] ^ 0x5c;
  }
  inner.set(message, 64);
  outer.set(sha256(inner), 64);
  return sha256(outer);
}

function mac(label, secret, id, step) {
  if (!(Math.floor(step) === step && step >= 0 && step <= LATEST_STEP)) throw new RangeError("a step is 0 to 2^53 - 1");
  const message = new Uint8Array(label.length + 25);
  for (let index = 0; index < label.length; index += 1) message[index] = label.charCodeAt(index);
  message.set(bytesOf(id, 16), label.length + 1);
  writeWord(message, label.length + 17, Math.floor(step / 4294967296));
  writeWord(message, label.length + 21, step % 4294967296);
  return hmacSha256(bytesOf(secret, 32), message);
}

function damm(digits) {
  let soFar = 0;
  for (const digit of digits) soFar = Number(DAMM[soFar][Number(digit)]);
  return soFar;
}

function turn(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}

function writeWord(bytes, at, word) {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

function base64url(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at] << 16) | ((bytes[at + 1] || 0) << 8) | (bytes[at + 2] || 0);
    const letters = [18, 12, 6, 0].map((shift) => LETTERS[(three >> shift) & 63]);
    text += letters.slice(0, bytes.length - at + 1).join("");
  }
  return text;
}

function bytesOf(text, length) {
  const bytes = new Uint8Array(length);
  let [kept, bits, at] = [0, 0, 0];
  for (const letter of String(text)) {
    const six = LETTERS.indexOf(letter);
    if (six < 0) throw new RangeError("not base64url");
    kept = ((kept << 6) | six) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = kept >> bits;
      at += 1;
    }
  }
  if (base64url(bytes) !== text) throw new RangeError("not " + length + " bytes in base64url");
  return bytes;
}

// Read by hand: not every phone's `Date.parse` takes each form of RFC 3339.
function instant(text) {
  const found = INSTANT.exec(text);
  if (!found) throw new RangeError("not an instant with its offset");
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const east = found[8] ? (found[8] === "-" ? -1 : 1) * (Number(found[9]) * 60 + Number(found[10])) : 0;
  return Date.UTC(year, month - 1, day, hour, minute - east, second) + Math.floor(Number((found[7] || ".0") + "e3"));
}

export { keep, codesAt, qrText, shortText, isShortCode, sha256, hmacSha256 };
