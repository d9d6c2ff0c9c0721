// graphql-eslint over the schema and docs/operations: all that is recommended, and Relay's. Told by the environment:
// SCHEMA, OPERATIONS.

import graphql from "@graphql-eslint/eslint-plugin";

const { SCHEMA: schema, OPERATIONS: operations } = process.env;
const parserOptions = { graphQLConfig: { schema, documents: `${operations}/*.graphql` } };
const linted = (...names) => ({
  languageOptions: { parser: graphql.parser, parserOptions },
  plugins: { "@graphql-eslint": graphql },
  rules: Object.assign({}, ...names.map((name) => graphql.configs[`flat/${name}`].rules)),
});
const [level, described] = graphql.configs["flat/schema-recommended"].rules["@graphql-eslint/require-description"];

export default [
  { files: ["**/schema.graphql"], ...linted("schema-recommended", "schema-relay") },
  {
    files: ["**/schema.graphql"],
    rules: {
      // What has an identity is a Node, and has its id by the interface; payloads, amounts, hours and days are values.
      "@graphql-eslint/strict-id-in-types": "off",
      // A short list that is bounded by the domain is a list; a place on a board is of nobody in particular.
      "@graphql-eslint/relay-edge-types": ["error", { shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
      // The specification's own directive, whose definition the SDL repeats for tools that do not know it yet.
      "@graphql-eslint/require-description": [level, { ...described, ignoredSelectors: ["[name.value=oneOf]"] }],
    },
  },
  { files: ["**/operations/*.graphql"], ...linted("operations-recommended") },
];
