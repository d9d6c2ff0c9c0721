// The privacy notice, before anything else is shown, and again when its text has changed.

import { doing } from "../../doing.js";

const app = getApp();

/** A heading, paragraphs, and words in bold: all that these texts have. */
function partsOf(text) {
  return text.trim().split(/\n\s*\n/).map((part) => {
    const joined = part.replace(/\n/g, "");
    const heading = joined.startsWith("# ");
    const pieces = (heading ? joined.slice(2) : joined).split("**");
    return { heading, pieces: pieces.map((piece, index) => ({ text: piece, bold: index % 2 === 1 })) };
  });
}

Page({
  data: { parts: [], kind: "", version: 0, busy: false, wrong: "" },

  onLoad() {
    this.look();
  },

  /** The required text that this person has still to agree to; without one, one goes on. */
  look() {
    doing(this, async () => {
      const [{ viewer }, { consentTexts }] = await Promise.all([app.api.ask("MyConsents"), app.api.ask("ConsentTexts")]);
      const given = viewer.consents.filter((one) => one.current && !one.withdrawnAt).map((one) => one.kind);
      const due = consentTexts.find((one) => one.required && !given.includes(one.kind));
      if (!due) return app.begin();
      return this.setData({ parts: partsOf(due.text), kind: due.kind, version: due.version });
    });
  },

  agree() {
    doing(this, async () => {
      const input = { kind: this.data.kind, version: this.data.version };
      const { consentGive: answer } = await app.api.ask("ConsentGive", { input }, { again: true });
      return answer.consent ? app.begin() : answer.errors[0];
    });
  },

  disagree() {
    doing(this, () => app.signOut());
  },
});
