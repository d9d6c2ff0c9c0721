// Places to choose from: the subdistricts, and the communities of one.

import { html, useEffect, useState } from "../parts/html.js";
import { api } from "../session.js";

const nodes = (connection) => connection.edges.map((edge) => edge.node);

async function subdistricts() {
  return nodes((await api.ask("District", { first: 100 })).district.children);
}

async function communitiesOf(id) {
  return nodes((await api.ask("AreaChildren", { id, first: 100 })).node.children);
}

function useAreas(ask, key) {
  const [areas, setAreas] = useState([]);
  useEffect(() => {
    let alive = true;
    if (key !== "") ask(key).then((found) => alive && setAreas(found), () => {}); // without them, all is shown
    return () => { alive = false; };
  }, [key]);
  return areas;
}

export const useSubdistricts = () => useAreas(subdistricts, null);

/** Choose a community, in two steps: `above` is the subdistrict. `onValue` is told of both. */
export function Community({ above, value, error, onValue }) {
  const [first, second] = [useSubdistricts(), useAreas(communitiesOf, above)];
  const select = (id, label, areas, chosen, onChoose, wrong) => html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} value=${chosen} aria-invalid=${wrong ? "true" : undefined}
      aria-describedby=${wrong ? `${id}-about` : undefined} onChange=${(event) => onChoose(event.currentTarget.value)}>
      <option value="">请选择</option>
      ${areas.map((area) => html`<option key=${area.id} value=${area.id}>${area.name}</option>`)}
    </select>
    ${wrong && html`<p id=${`${id}-about`} class="wrong">${wrong}</p>`}
  </div>`;
  return html`${select("above", "街道", first, above, (id) => onValue(id, ""))}
    ${select("community", "社区", above ? second : [], value, (id) => onValue(above, id), error)}`;
}
