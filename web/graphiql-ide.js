// GraphiQL in the place of the plain editor. Its package is served from here when it is installed.

import { load, make } from "./graphiql-dom.js";

const SCRIPTS = ["react.production.min.js", "react-dom.production.min.js", "graphiql.min.js"];
const STYLE = "graphiql.min.css";

// What GraphiQL keeps of one operation; all else that it keeps (history, theme, panels) is shared by them.
const OWN = ["tabState", "query", "variables", "operationName"].map((name) => `graphiql:${name}`);
const [, QUERY, VARIABLES] = OWN;

/** Load GraphiQL into an element; `fetcher` asks the API for it. Rejects when a file cannot be loaded. */
export async function loadIde(place, fetcher) {
  await Promise.all([load(make("link", { rel: "stylesheet", href: `/web/${STYLE}` })), ...SCRIPTS.map((name) =>
    load(make("script", { src: `/web/${name}`, async: false })), // in this order
  )]);
  return new Ide(place, fetcher);
}

class Ide {
  #root;
  #fetcher;
  #shared = new Map();
  #kept = new Map(); // by operation: what was typed lives as long as the page, and nowhere else
  #name = "";
  #opened = 0;
  #schema = null;
  #introspected = 0;

  constructor(place, fetcher) {
    this.#root = ReactDOM.createRoot(place);
    this.#fetcher = (parameters) =>
      parameters.operationName === "IntrospectionQuery" ? this.#introspect(fetcher, parameters) : fetcher(parameters);
  }

  /** Show an operation as it was left, or else as it begins. */
  open(name, text, variables) {
    if (!this.#kept.has(name)) this.#kept.set(name, new Map([[QUERY, text], [VARIABLES, variables]]));
    this.#name = name;
    this.#opened += 1;
    this.#render({});
  }

  forget(name) {
    this.#kept.delete(name);
  }

  get variables() {
    return this.#kept.get(this.#name).get(VARIABLES);
  }

  set variables(text) {
    this.#render({ variables: text });
  }

  /** The schema is asked for once, not for each operation that is opened, and whenever it is asked for again in one. */
  async #introspect(fetcher, parameters) {
    if (!this.#schema?.data || this.#introspected === this.#opened) this.#schema = await fetcher(parameters);
    this.#introspected = this.#opened;
    return this.#schema;
  }

  #render(more) {
    const own = this.#kept.get(this.#name);
    const properties = {
      key: this.#opened, // another operation is another GraphiQL, with its own tabs and result
      fetcher: this.#fetcher,
      storage: storage(own, this.#shared),
      onEditVariables: (typed) => own.set(VARIABLES, typed),
      defaultEditorToolsVisibility: "variables",
      defaultQuery: "", // of a further tab
      isHeadersEditorEnabled: false, // the token has its own field
      showPersistHeadersSettings: false,
    };
    this.#root.render(React.createElement(GraphiQL, { ...properties, ...more }));
  }
}

/** The Storage that GraphiQL wants, in memory. */
function storage(own, shared) {
  const of = (key) => (OWN.includes(key) ? own : shared);
  return {
    getItem: (key) => of(key).get(key) ?? null,
    setItem: (key, value) => of(key).set(key, value),
    removeItem: (key) => of(key).delete(key),
    clear: () => [own, shared].forEach((map) => map.clear()),
    get length() { return own.size + shared.size; },
  };
}
