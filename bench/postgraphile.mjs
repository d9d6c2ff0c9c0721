// PostGraphile as its own guide to production has it: no explain, no watching, plans and prepared statements kept, a pool
// of the size of the others'. The viewer is found by the bearer token in the same statement as what is asked of it.
// DATABASE_URL, PORT; says "ready" on stdout.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { context } from "postgraphile/grafast";
import { grafserv } from "postgraphile/grafserv/node";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { extendSchema } from "postgraphile/utils";

const hashOf = (header) =>
  header?.startsWith("Bearer ") ? createHash("sha256").update(header.slice(7)).digest() : null;

const viewer = extendSchema((build) => {
  const { viewer } = build.pgResources;
  return {
    typeDefs: /* GraphQL */ `extend type Query { viewer: Viewer }`,
    objects: { Query: { plans: { viewer: () => viewer.get({ token_hash: context().get("tokenHash") }) } } },
  };
});

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [viewer],
  disablePlugins: ["NodePlugin"],
  grafast: {
    explain: false,
    context: ({ node }) => ({ tokenHash: hashOf(node?.req.headers.authorization) }),
  },
  grafserv: { graphiql: false, watch: false, maxRequestLength: 100_000 },
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ["bench"],
      poolConfig: { max: 8, options: "-c jit=off -c plan_cache_mode=force_generic_plan -c random_page_cost=1.1 -c timezone=UTC" },
    }),
  ],
};

const server = createServer();
const pgl = postgraphile(preset);
const serv = pgl.createServ(grafserv);
await serv.addTo(server);
await serv.ready();
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
