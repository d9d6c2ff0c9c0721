// One's own grids beside their community, and the communities of the district: loaded when it is opened.

import { Compared } from "../parts/compared.js";
import { html, useState } from "../parts/html.js";
import { ownAreas } from "./areas.js";

export function AreasCompared({ viewer }) {
  const communities = ownAreas(viewer).filter((area) => area.kind === "COMMUNITY");
  const [areaId, setAreaId] = useState(communities[0]?.id ?? "");
  const choices = [...communities.map((area) => [area.id, `${area.name}的网格`]), ["", "全区的社区"]];
  return html`<${Compared} areaId=${areaId || null} title=${choices.find(([id]) => id === areaId)[1]}>
    <label class="filter"><span>比较</span>
      <select value=${areaId} onChange=${(event) => setAreaId(event.currentTarget.value)}>
        ${choices.map(([id, name]) => html`<option key=${id} value=${id}>${name}</option>`)}
      </select></label></${Compared}>`;
}
