// What one was told of, at the desk: loaded when it is opened.

import { html } from "../parts/html.js";
import { Notices } from "../parts/notices.js";
import { usePages } from "../parts/pages.js";
import { askNotices } from "../parts/told.js";

export function OwnNotices({ viewer, changes, onRead }) {
  return html`<${Notices} viewer=${viewer} pages=${usePages(askNotices, changes)} onRead=${onRead}
    empty="还没有通知。您的账号有新的登录或变动，会在这里告诉您。" />`;
}
