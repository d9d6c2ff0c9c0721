// What the clients of this folder have in common: what they are told on stdin, the story from a wish to the board, and
// what they say on stdout. Told { url, schema, tokens, householdId, headId, areaId, ... }.

import { readFileSync } from "node:fs";
import { parse, separateOperations } from "graphql";

export const told = JSON.parse(readFileSync(0, "utf8"));
/** The documents of story.graphql, by name, each with the fragments that it uses. */
export const documents = separateOperations(parse(readFileSync(new URL("story.graphql", import.meta.url), "utf8")));
export const socketUrl = told.url?.replace(/^http/, "ws");
export const bearer = (who) => (who ? { authorization: `Bearer ${told.tokens[who]}` } : {});

/** Every request: who asked for which operation, and the status of the answer. */
export const requests = [];

/** A `fetch` for somebody, which writes down what it is asked. */
export const fetching = (who) => async (url, options = {}) => {
  const said = options.body ? JSON.parse(options.body) : Object.fromEntries(new URL(url).searchParams);
  const headers = { ...Object.fromEntries(new Headers(options.headers)), ...bearer(who) };
  const response = await fetch(url, { ...options, headers });
  const how = { method: options.method ?? "GET", status: response.status, text: Boolean(said.query) };
  requests.push({ who: who ?? "anybody", name: said.operationName, ...how });
  return response;
};

/** Wait until what is seen is what is wanted; an error after twenty seconds. */
export async function until(see, wanted) {
  for (let turn = 0; turn < 1000; turn += 1) {
    if (JSON.stringify(see()) === JSON.stringify(wanted)) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`${JSON.stringify(see())} is not ${JSON.stringify(wanted)}`);
}

/**
 * From the wish to its rating. `act(who, name, input)` sends a mutation and gives its payload; `seen()` is the state of
 * the wish in the resident's list, where what others do arrives by itself.
 */
export async function story(act, seen = null) {
  const done = async (who, name, input) => {
    const payload = await act(who, name, input);
    if (payload.errors.length) throw new Error(`${name}: ${payload.errors[0].code} ${payload.errors[0].message}`);
    return payload.wish;
  };
  const { id: wishId, title } = await done("resident", "Submit", {
    householdId: told.householdId, category: "REPAIR", title: "水龙头漏水", requestNo: `story-${process.pid}`,
  });
  const steps = [
    ["SUBMITTED", () => title],
    ["DISPATCHED", () => done("staff", "Dispatch", { wishId, headId: told.headId })],
    ["ACCEPTED", () => done("head", "Accept", { wishId })],
    ["COMPLETED", () => done("head", "Complete", { wishId, note: "换了阀芯" })],
    ["RATED", () => done("resident", "Rate", { wishId, stars: 5 })],
  ];
  for (const [state, step] of steps) {
    await step();
    if (seen) await until(() => seen(wishId), state);
  }
  return wishId;
}

/** Say what came of it, and end. */
export function say(facts) {
  process.stdout.write(JSON.stringify({ ...facts, requests }), () => process.exit(0));
}
