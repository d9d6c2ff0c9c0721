// Chinese, or English where a screen has it: by ?lang=, or as it was chosen before.

import { choose, chosen } from "./chosen.js";
import { html } from "./html.js";

const KEPT = "language";

export function language() {
  const asked = new URLSearchParams(location.search).get("lang");
  const found = asked === "en" || asked === "zh" ? asked : chosen(KEPT) === "en" ? "en" : "zh";
  choose(KEPT, found);
  document.documentElement.lang = found === "en" ? "en" : "zh-CN";
  return found;
}

/** The way to the same page in the other language. */
export function OtherLanguage({ chosen }) {
  const [other, name] = chosen === "en" ? ["zh", "中文"] : ["en", "English"];
  const address = new URL(location.href);
  address.searchParams.set("lang", other);
  return html`<a class="quiet" lang=${other} href=${address.href}>${name}</a>`;
}
