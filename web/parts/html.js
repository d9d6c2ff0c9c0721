// The library under all screens: Preact, written as templates by htm.

import htm from "htm";
import { h, render } from "preact";

export { render };
export { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
export const html = htm.bind(h);
