// The schema's documentation, asked for when it is first opened.

import { $, make } from "./graphiql-dom.js";

const TYPE = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
const INPUT = `name description defaultValue type { ${TYPE} }`;
const QUERY = `{
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
      kind name description
      fields(includeDeprecated: true) { name description isDeprecated deprecationReason args { ${INPUT} } type { ${TYPE} } }
      inputFields { ${INPUT} }
      enumValues(includeDeprecated: true) { name description isDeprecated }
      interfaces { name } possibleTypes { name }
    }
  }
}`;
const MOST_FOUND = 60;

let types = null; // by name
let roots = [];
let load = null;
const trail = []; // the names of the types that were looked at; the last one is shown

/** Open the documentation, at a type if one is named. `ask` sends a document to the API. */
export async function showDocs(ask, name) {
  $("docs").hidden = false;
  $("docs-close").focus();
  try {
    await (load ??= fetchTypes(ask));
  } catch (error) {
    load = null; // so that it can be tried again
    $("docs-body").textContent = `无法取得文档 Cannot load: ${error.message}`;
    return;
  }
  visit(types.has(name) ? name : (trail.at(-1) ?? null));
}

async function fetchTypes(ask) {
  $("docs-body").textContent = "…";
  const { status, answer } = await ask(QUERY, {});
  const schema = answer?.data?.__schema;
  if (!schema) throw new Error(answer?.errors?.[0]?.message ?? `HTTP ${status}`);
  types = new Map(schema.types.filter((type) => !type.name.startsWith("__")).map((type) => [type.name, type]));
  roots = [schema.queryType, schema.mutationType, schema.subscriptionType].filter(Boolean).map((type) => type.name);
}

function visit(name) {
  $("docs-filter").value = "";
  if (name && trail.at(-1) !== name) trail.push(name);
  show();
  $("docs-body").focus(); // the link that was followed is gone
}

function show() {
  const wanted = $("docs-filter").value.trim().toLowerCase();
  const type = types.get(trail.at(-1));
  $("docs-back").disabled = !trail.length && !wanted;
  $("docs-body").replaceChildren(...(wanted ? found(wanted) : type ? about(type) : overview()));
  $("docs-body").scrollTop = 0;
}

function overview() {
  const others = [...types.keys()].filter((name) => !roots.includes(name)).sort();
  return [make("dl", {}, ...[...roots, ...others].flatMap((name) => entry(link(name), types.get(name).description)))];
}

function found(wanted) {
  const says = (one) => `${one.name} ${one.description ?? ""}`.toLowerCase().includes(wanted);
  const hits = [];
  for (const type of types.values()) {
    if (says(type)) hits.push(entry(link(type.name), type.description));
    for (const field of [...(type.fields ?? []), ...(type.inputFields ?? [])]) {
      if (says(field)) hits.push(entry(make("span", {}, link(type.name), `.${field.name}`), field.description));
    }
  }
  return [make("dl", {}, ...(hits.length ? hits.slice(0, MOST_FOUND).flat() : entry("没有找到 Nothing found", "")))];
}

function about(type) {
  const related = [...(type.interfaces ?? []), ...(type.possibleTypes ?? [])];
  return [
    make("h2", { textContent: type.name }),
    make("p", { textContent: type.description ?? "" }),
    ...(related.length ? [make("p", {}, ...related.flatMap(({ name }) => [link(name), " "]))] : []),
    make("dl", {}, ...[...(type.fields ?? []), ...(type.inputFields ?? []), ...(type.enumValues ?? [])].flatMap(member)),
  ];
}

function member(one) {
  const name = make("span", { textContent: one.name, className: one.isDeprecated ? "was" : "", title: one.deprecationReason ?? "" });
  const title = make("span", {}, name);
  if (one.type) title.append(": ", typed(one.type));
  title.append(preset(one));
  const args = (one.args ?? []).map((arg) =>
    make("li", {}, `${arg.name}: `, typed(arg.type), preset(arg), ` ${arg.description ?? ""}`),
  );
  return entry(title, one.description, ...(args.length ? [make("ul", {}, ...args)] : []));
}

/** A default worth saying: null is what a nullable input is anyway. */
function preset({ defaultValue }) {
  return defaultValue && defaultValue !== "null" ? ` = ${defaultValue}` : "";
}

function entry(title, description, ...more) {
  return [make("dt", {}, title), make("dd", {}, description ?? "", ...more)];
}

function link(name) {
  return make("button", { type: "button", className: "link", textContent: name, onclick: () => visit(name) });
}

function typed(type) {
  if (type.kind === "NON_NULL") return make("span", {}, typed(type.ofType), "!");
  if (type.kind === "LIST") return make("span", {}, "[", typed(type.ofType), "]");
  return link(type.name);
}

function close() {
  $("docs").hidden = true;
  $("open-docs").focus();
}

$("docs-filter").addEventListener("input", () => types && show());
$("docs-close").addEventListener("click", close);
addEventListener("keydown", (event) => { if (event.key === "Escape" && !$("docs").hidden) close(); });
$("docs-back").addEventListener("click", () => {
  if (!types) return;
  if ($("docs-filter").value) $("docs-filter").value = "";
  else trail.pop();
  show();
});
