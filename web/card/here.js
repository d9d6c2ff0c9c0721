// Where this device is, when the person asks for what is near. It is asked for once, and never kept.

const WAITS = 10_000; // milliseconds
const REASONS = {
  1: "没有得到定位的许可：请在浏览器里允许，或直接看下面的店铺", 2: "现在定不了位：请到室外再试，或直接看下面的店铺",
  3: "定位太久没有结果：请再试一次",
};

// Chinese maps are shifted (GCJ-02), and so are the shops; devices say WGS-84. As is widely known, within a metre or two.
const AXIS = 6_378_245; // metres, Krasovsky 1940
const ECCENTRICITY = 0.006693421622965943; // squared
const wave = (x, a, b, c) => ((a * Math.sin(x * Math.PI) + b * Math.sin((x / c) * Math.PI)) * 2) / 3;

/** A position of a device as one of the map, in degrees. */
export function mapped({ latitude, longitude }) {
  const [x, y] = [longitude - 105, latitude - 35];
  const ripple = ((20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2) / 3;
  const root = Math.sqrt(Math.abs(x));
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    + wave(y, 20, 40, 3) + wave(y / 12, 160, 320, 2.5);
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    + wave(x, 20, 40, 3) + wave(x / 12, 150, 300, 2.5);
  const angle = (latitude * Math.PI) / 180;
  const squared = 1 - ECCENTRICITY * Math.sin(angle) ** 2;
  const metresNorth = ((AXIS * (1 - ECCENTRICITY)) / (squared * Math.sqrt(squared))) * (Math.PI / 180);
  const metresEast = (AXIS / Math.sqrt(squared)) * Math.cos(angle) * (Math.PI / 180);
  return { latitude: latitude + north / metresNorth, longitude: longitude + east / metresEast };
}

/** Where this device is, on the map. Raises with a sentence that says what to do. */
export function here() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) return reject(new Error("这个浏览器不能定位，请直接看下面的店铺"));
    const found = ({ coords }) => resolve(mapped(coords));
    const failed = ({ code }) => reject(new Error(REASONS[code] ?? REASONS[2]));
    return navigator.geolocation.getCurrentPosition(found, failed, { timeout: WAITS, maximumAge: 60_000 });
  });
}
