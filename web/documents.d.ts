// documents.js, which the server makes of docs/operations: of each document its id, or its text.

import type { Operations } from "./schema";

declare const documents: Record<keyof Operations, string>;
export default documents;
