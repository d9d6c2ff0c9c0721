// Seasons of honours, as who administers or audits them sees them.

import { Honours as Seasons } from "../honours/honours.js";
import { html } from "../parts/html.js";

export const Honours = ({ acts, changes, onChange }) => html`<${Seasons} manages=${acts} changes=${changes}
  onChange=${onChange} />`;
