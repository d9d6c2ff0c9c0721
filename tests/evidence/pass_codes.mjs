// Runs web/pass-codes.js. Told on stdin { source, bare, calls: [[name, ...args]] }; says on stdout what each call gave,
// { gave } or { threw }. "against" compares its SHA-256 and HMAC with Node's own; "page" runs the example of
// docs/merchant.md with a mini-program's storage. `bare`: as CommonJS, in a realm that has the language alone, without
// BigInt.

import { createHash, createHmac, randomBytes, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import vm from "node:vm";

const { source, bare, calls } = JSON.parse(readFileSync(0, "utf8"));

function required(text) {
  const module = { exports: {} };
  const realm = vm.createContext({ module });
  vm.runInContext("for (const name of ['BigInt', 'BigInt64Array', 'WebAssembly', 'Atomics']) delete globalThis[name];", realm);
  vm.runInContext(text, realm);
  return module.exports;
}

const codes = bare ? required(source) : await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);

const hex = (bytes) => Buffer.from(bytes).toString("hex");

// Every length around the ends of a block, and random ones.
function against(times) {
  const wrong = [];
  for (let round = 0; round < times; round += 1) {
    const message = randomBytes(round < 300 ? round : randomInt(2000));
    const key = randomBytes(round < 300 ? 299 - round : randomInt(200));
    if (hex(codes.sha256(message)) !== createHash("sha256").update(message).digest("hex")) wrong.push(hex(message));
    if (hex(codes.hmacSha256(key, message)) !== createHmac("sha256", key).update(message).digest("hex")) {
      wrong.push([hex(key), hex(message)]);
    }
  }
  return { times, wrong };
}

// What the example draws of a pass that was answered, and after how many milliseconds it would draw again.
function page(example, pass) {
  const stored = {};
  const told = {};
  const realm = vm.createContext({
    codes,
    answer: { data: { passIssue: { pass } } },
    wx: {
      setStorageSync: (key, value) => { stored[key] = JSON.stringify(value); },
      getStorageSync: (key) => JSON.parse(stored[key]),
    },
    draw: (...drawn) => { told.drawn = drawn; },
    setTimeout: (_, milliseconds) => { told.again = milliseconds; },
  });
  vm.runInContext(`${example.replace(/^import (\{.*\}) from .*;$/m, "const $1 = codes;")}\nshow();`, realm);
  return told;
}

const own = { against, page };

function call([name, ...args]) {
  try {
    return { gave: (own[name] ?? codes[name])(...args) };
  } catch (error) {
    return { threw: error.name };
  }
}

process.stdout.write(JSON.stringify(calls.map(call)));
