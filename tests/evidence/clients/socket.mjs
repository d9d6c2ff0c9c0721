// graphql-ws alone: the whole story over one WebSocket a person, mutations and queries as well.

import { print } from "graphql";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { bearer, documents, say, socketUrl, story, told, until } from "./story.mjs";

const clients = Object.fromEntries(["resident", "staff", "head", null].map((who) => {
  const connectionParams = { Authorization: bearer(who).authorization };
  return [who, createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams })];
}));
const ask = (who, name, variables) => new Promise((done, failed) => {
  let found;
  clients[who].subscribe({ query: print(documents[name]), variables }, {
    next: ({ data, errors }) => (errors ? failed(errors) : (found = data)),
    error: failed,
    complete: () => done(found),
  });
});

const states = {}; // of each wish, as it was last heard
let begun = false;
const stop = clients.resident.subscribe({ query: print(documents.Changed) }, {
  next: ({ data }) => {
    begun = true;
    for (const wish of data.wishChanged.wishes) states[wish.id] = wish.state;
  },
  error: (error) => { throw error; },
  complete: () => {},
});
await until(() => begun, true);
const act = async (who, name, input) => Object.values(await ask(who, name, { input }))[0];
await story(act, (id) => states[id]);
stop();
const { viewer } = await ask("resident", "Mine", { first: 2 });
const { leaderboard } = await ask(null, "Board", { areaId: told.areaId });
say({
  listed: viewer.household.wishes.edges.map(({ node }) => node.state),
  board: leaderboard.entries.edges.map(({ node }) => [node.rank, node.points, node.head.displayName]),
});
