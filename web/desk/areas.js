// Of which area the lists are: of all that one looks after, of one of them, or of a grid of a community.

import { html, useEffect, useState } from "../parts/html.js";
import { api } from "../session.js";

const KIND = { GRID_WORKER: "GRID", COMMUNITY_STAFF: "COMMUNITY" };
const MAX_GRIDS = 100;

/** The areas in which the viewer works, without those above them. */
export function ownAreas(viewer) {
  const kinds = viewer.roles.map((role) => KIND[role]);
  return viewer.areas.edges.map((edge) => edge.node).filter((area) => kinds.includes(area.kind));
}

export function Areas({ viewer, areaId, onArea }) {
  const own = ownAreas(viewer);
  const [grids, setGrids] = useState([]);
  useEffect(() => {
    const communities = own.filter((area) => area.kind === "COMMUNITY");
    Promise.all(communities.map(({ id }) => api.ask("AreaChildren", { id, first: MAX_GRIDS }))).then((found) => {
      const nodes = found.flatMap(({ node }) => node.children.edges.map((edge) => edge.node));
      setGrids(nodes.filter((area) => !own.some(({ id }) => id === area.id)));
    }, () => {}); // without them, all that one looks after is there
  }, []);
  const choices = [...(own.length > 1 ? own : []), ...grids];
  if (!choices.length) return null;
  return html`<select class="area" aria-label="区域" value=${areaId ?? ""}
    onChange=${(event) => onArea(event.currentTarget.value || null)}>
    <option value="">${own.length === 1 ? own[0].name : "全部辖区"}</option>
    ${choices.map((area) => html`<option key=${area.id} value=${area.id}>${area.name}</option>`)}
  </select>`;
}
