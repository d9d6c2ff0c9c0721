// GraphQL Inspector: whether documents are valid, what changed since the last release, and what no document asks for.
// Told { schema, baseline, documents }.

import { readFileSync } from "node:fs";
import { CriticalityLevel, coverage, diff, validate } from "@graphql-inspector/core";
import { Source, buildSchema } from "graphql";

const told = JSON.parse(readFileSync(0, "utf8"));
const read = (path) => readFileSync(path, "utf8");
const schema = buildSchema(read(told.schema));
const sources = told.documents.map((path) => new Source(read(path), path));

const invalid = validate(schema, sources, { strictFragments: true, strictDeprecated: true });
const changes = await diff(buildSchema(read(told.baseline)), schema);
const { types } = coverage(schema, sources);
const unasked = Object.entries(types).flatMap(([name, { children }]) =>
  Object.entries(children ?? {}).filter(([, one]) => one.hits === 0).map(([field]) => `${name}.${field}`));
const said = ({ source, errors, deprecated }) =>
  [...errors, ...deprecated].map((one) => `${source.name}: ${one.message}`);
const breaks = ({ criticality }) => criticality.level === CriticalityLevel.Breaking;
console.log(JSON.stringify({
  invalid: invalid.flatMap(said),
  breaking: changes.filter(breaks).map(({ message }) => message),
  unasked,
}));
