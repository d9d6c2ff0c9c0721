// Runs typed.ts, which stands beside generated code: told also { program }.

import { bearer, say, told } from "./story.mjs";

const { run } = await import(told.program);
say(await run(told, bearer));
