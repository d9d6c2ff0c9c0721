// Choosing whose board it is: down from the district, to its communities.

import { Dialog } from "../parts/dialog.js";
import { useFocus } from "../parts/focus.js";
import { html, useEffect, useState } from "../parts/html.js";
import { List } from "../parts/list.js";
import { publicApi } from "../session.js";

const PAGE = 50;

/** The address of a wall; null for the district, and for all periods by turns. */
export function addressOf(areaId, period) {
  const asked = new URLSearchParams();
  if (areaId) asked.set("area", areaId);
  if (period) asked.set("period", period.toLowerCase());
  return String(asked) ? `/wall?${asked}` : "/wall"; // its size is not known to each browser
}

export function Areas({ period, onClose }) {
  const [above, setAbove] = useState([]); // the ids from the district's child to where we are
  const id = above.at(-1) ?? null;
  const { found, wrong, more } = useArea(id);
  const place = useFocus(found?.id);
  const to = (area) => addressOf(area.kind === "DISTRICT" ? null : area.id, period);
  const row = (area) => (area.kind === "COMMUNITY" ? html`<a class="quiet" href=${to(area)}>${area.name}</a>`
    : html`<button class="quiet" onClick=${() => setAbove([...above, area.id])}>${area.name} ›</button>`);
  return html`<${Dialog} title="看哪里的榜单" onClose=${onClose}>
    ${wrong && html`<p class="wrong" role="alert">${wrong}</p>`}
    ${found && html`<div class="row">
        <h3 tabindex="-1" ref=${place}><a class="quiet" href=${to(found)}>${found.name}的榜单</a></h3>
        ${id && html`<button class="quiet" onClick=${() => setAbove(above.slice(0, -1))}>‹ 上一级</button>`}
      </div>
      <div class="areas"><${List} rows=${found.children.edges.map((edge) => edge.node)} row=${row} empty="下面没有社区"
        onMore=${found.children.pageInfo.hasNextPage && more} /></div>`}
  </${Dialog}>`;
}

/** An area with its children; null: the district. */
async function ask(id, after) {
  const paging = { first: PAGE, after };
  if (!id) return (await publicApi.ask("District", paging)).district;
  return (await publicApi.ask("AreaChildren", { id, ...paging })).node;
}

function useArea(id) {
  const [found, setFound] = useState(null);
  const [wrong, setWrong] = useState("");
  const told = (failed) => setWrong(failed.message);
  useEffect(() => {
    let alive = true;
    ask(id).then((area) => alive && (setFound(area), setWrong("")), (failed) => alive && told(failed));
    return () => { alive = false; };
  }, [id]);
  const more = async () => {
    const { children } = await ask(id, found.children.pageInfo.endCursor);
    const edges = [...found.children.edges, ...children.edges];
    setFound((now) => (now === found ? { ...found, children: { ...children, edges } } : now)); // another may be open by now
  };
  return { found, wrong, more: () => more().catch(told) };
}
