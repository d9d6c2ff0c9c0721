// Areas to choose from: the subdistricts, the communities of one, the grids of one.

import { api } from "../session.js";
import { html, useEffect, useState } from "./html.js";

const nodes = (connection) => connection.edges.map((edge) => edge.node);

async function subdistricts() {
  return nodes((await api.ask("District", { first: 100 })).district.children);
}

async function childrenOf(id) {
  return nodes((await api.ask("AreaChildren", { id, first: 100 })).node.children);
}

function useAreas(ask, key) {
  const [areas, setAreas] = useState([]);
  useEffect(() => {
    let alive = true;
    setAreas([]); // those of another
    if (key !== "") ask(key).then((found) => alive && setAreas(found), () => {}); // without them, all is shown
    return () => { alive = false; };
  }, [key]);
  return areas;
}

export const useSubdistricts = () => useAreas(subdistricts, null);

export const useChildren = (id) => useAreas(childrenOf, id);

/** Choose one of some areas; `none` stands for none of them. */
export function Select({ id, label, areas, none = "请选择", value, error, onValue }) {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} value=${value} aria-invalid=${error ? "true" : undefined}
      aria-describedby=${error ? `${id}-about` : undefined} onChange=${(event) => onValue(event.currentTarget.value)}>
      <option value="">${none}</option>
      ${areas.map((area) => html`<option key=${area.id} value=${area.id}>${area.name}</option>`)}
    </select>
    ${error && html`<p id=${`${id}-about`} class="wrong">${error}</p>`}
  </div>`;
}

/** Choose a community, in two steps: `above` is the subdistrict. `onValue` is told of both. */
export function Community({ above, value, error, onValue }) {
  const [first, second] = [useSubdistricts(), useChildren(above)];
  return html`<${Select} id="above" label="街道" areas=${first} value=${above} onValue=${(id) => onValue(id, "")} />
    <${Select} id="community" label="社区" areas=${above ? second : []} value=${value} error=${error}
      onValue=${(id) => onValue(above, id)} />`;
}

/** Choose a grid of a community. */
export function Grid({ community, value, error, onValue }) {
  const grids = useChildren(community);
  return html`<${Select} id="grid" label="网格" areas=${community ? grids : []} value=${value} error=${error}
    onValue=${onValue} />`;
}
