// GraphQL Code Generator with its client preset: types of documents for TypeScript, and what clients send of them, by
// SHA-256. Told { schema, documents, folder }; writes into the folder.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import { addTypenameSelectionDocumentTransform, preset } from "@graphql-codegen/client-preset";
import { buildSchema, parse, printSchema } from "graphql";

const told = JSON.parse(readFileSync(0, "utf8"));
const schemaAst = buildSchema(readFileSync(told.schema, "utf8"));
const documents = told.documents.map((location) => {
  const rawSDL = readFileSync(location, "utf8");
  return { location, rawSDL, document: parse(rawSDL) };
});
const scalars = {
  Date: "string", DateTime: "string", Fen: "number", LocalTime: "string", Points: "number", YearMonth: "string",
};
const outputs = await preset.buildGeneratesSection({
  baseOutputDir: `${told.folder}/`,
  schema: parse(printSchema(schemaAst)),
  schemaAst,
  documents,
  config: { strictScalars: true, scalars, enumsAsTypes: true, useTypeImports: true },
  presetConfig: {
    fragmentMasking: false,
    persistedDocuments: { hashAlgorithm: "sha256", mode: "embedHashInDocument" },
  },
  documentTransforms: [{ name: "typename", transformObject: addTypenameSelectionDocumentTransform }],
  plugins: [],
  pluginMap: {},
  pluginContext: {},
});
for (const output of outputs) {
  const path = join(told.folder, output.filename.slice(told.folder.length));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await codegen(output));
}
