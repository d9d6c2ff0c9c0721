// What one was told of, at the administration or as a shop's owner: loaded when it is opened.

import { html } from "../parts/html.js";
import { Notices } from "../parts/notices.js";
import { usePages } from "../parts/pages.js";
import { askNotices } from "../parts/told.js";

/** `owns`: for a shop's owner, who has no seasons here. */
export function OwnNotices({ viewer, owns, changes, onChange }) {
  const about = owns ? { nomination: null } : {};
  return html`<${Notices} viewer=${viewer} pages=${usePages(askNotices, changes)} about=${about} onRead=${onChange}
    empty=${owns ? "还没有通知。店铺有审核结果，会在这里告诉您。" : "还没有通知。您的账号有新的登录或变动，会在这里告诉您。"} />`;
}
