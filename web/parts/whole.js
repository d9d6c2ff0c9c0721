// What a session lacks: one that a shown code opened changes nothing of the account itself; one that has yet to show the
// second factor neither that nor what its roles at a console are for.

import { api } from "../session.js";
import { html, useEffect, useState } from "./html.js";

/** How this session stands, asked again after each of `changes`: `found` is null until it is known, then `bound` and its
 *  `secondFactor`. */
export function useStanding(changes = 0) {
  const [found, setFound] = useState(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    let alive = true;
    api.ask("MySecondFactor").then(
      ({ viewer }) => { if (alive) { setFound(viewer); setWrong(""); } },
      (failed) => alive && setWrong(failed.message),
    );
    return () => { alive = false; };
  }, [changes]);
  return { found, wrong };
}

/** Whether codes are sent to phones here: null until it is known, and true where it can't be asked, so that the server
 *  says it. */
export function usePhoneCodes() {
  const [sends, setSends] = useState(null);
  useEffect(() => {
    let alive = true;
    api.ask("SignInWays").then(({ phoneCodes }) => alive && setSends(phoneCodes), () => alive && setSends(true));
    return () => { alive = false; };
  }, []);
  return sends;
}

const onward = () => `/sign-in?next=${encodeURIComponent(location.pathname)}`;

/** Said in place of what changes the account itself, with what else can be done. */
export function Bound({ children }) {
  const sends = usePhoneCodes();
  if (sends === null) return null;
  return html`<p>这次是用当面出示的登录码登录的，办不了：${sends ? html`请退出，用手机验证码登录后再办。${children}`
    : "本区暂未开通短信，请到社区当面办理。"}</p>`;
}

/** Said in place of what ends the account or takes its data away. */
export const Unproven = () => html`<p>请先<a href=${onward()}>完成两步验证</a>，再来办理。</p>`;

/** Said where roles are missing only because the second factor was not shown; else nothing. */
export function Withheld() {
  const { found } = useStanding();
  return found?.secondFactor.due && html`<p class="notice-line" role="status">这次登录还没有完成两步验证：
    <a href=${onward()}>继续登录</a>，就能用全部身份。</p>`;
}
