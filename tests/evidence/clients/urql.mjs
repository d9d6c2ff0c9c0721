// urql with Graphcache, which knows the schema: lists by relayPagination, reads by GET, changes over graphql-ws.

import { readFileSync } from "node:fs";
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { buildSchema, introspectionFromSchema, isObjectType } from "graphql";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { bearer, documents, fetching, say, socketUrl, story, told, until } from "./story.mjs";

const schema = buildSchema(readFileSync(told.schema, "utf8"));
const objects = Object.values(schema.getTypeMap()).filter((one) => isObjectType(one) && !one.name.startsWith("__"));
const without = objects.filter((one) => !one.getFields().id).map((one) => [one.name, () => null]);

function client(who) {
  const socket = createClient({
    url: socketUrl, webSocketImpl: WebSocket, connectionParams: { Authorization: bearer(who).authorization },
  });
  return new Client({
    url: told.url,
    fetch: fetching(who),
    preferGetMethod: true,
    exchanges: [
      cacheExchange({
        schema: introspectionFromSchema(schema),
        keys: Object.fromEntries(without),
        resolvers: { Household: { wishes: relayPagination() } },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
}

const clients = Object.fromEntries(["resident", "staff", "head", null].map((who) => [who, client(who)]));
const rowsOf = (connection) => connection.edges.map(({ node }) => node);
const read = async (who, name, variables = {}) => {
  const { data, error } = await clients[who].query(documents[name], variables).toPromise();
  if (error) throw error;
  return data;
};

let mine, home, begun = 0;
clients.resident.query(documents.Mine, { first: 2 }).subscribe(({ data }) => { mine = data.viewer.household.wishes; });
clients.head.query(documents.Home, {}).subscribe(({ data }) => { home = data.viewer.householdHead; });
await until(() => mine?.edges.length, 2);
await read("resident", "Mine", { first: 2, after: mine.pageInfo.endCursor });
await until(() => mine.edges.length, 3);
const paged = rowsOf(mine).map((one) => one.title);
await until(() => Boolean(home), true);

for (const who of ["resident", "head"]) {
  clients[who].subscription(documents.Changed, {}).subscribe(() => { begun += 1; });
}
await until(() => begun, 2);
const act = async (who, name, input) => {
  const { data, error } = await clients[who].mutation(documents[name], { input }).toPromise();
  if (error) throw error;
  return Object.values(data)[0];
};
const wishId = await story(act, (id) => rowsOf(mine).find((one) => one.id === id)?.state);
await until(() => [home.points.available, home.points.pending], [25, 0]);

const { node } = await read("resident", "Anything", { id: wishId });
const { leaderboard } = await read(null, "Board", { areaId: told.areaId });
say({
  paged,
  title: node.title,
  listed: rowsOf(mine).map((one) => one.state),
  points: home.points.available,
  board: rowsOf(leaderboard.entries).map(({ rank, points, head }) => [rank, points, head.displayName]),
});
