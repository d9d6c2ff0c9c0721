// Apollo Client: a cache that pages, and that mutations and subscriptions keep up to date; documents by their ids, by
// GET; RetryLink where the server has too much to do.

import { readFileSync } from "node:fs";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { RetryLink } from "@apollo/client/link/retry";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { buildSchema, isAbstractType } from "graphql";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { bearer, documents, fetching, requests, say, socketUrl, story, told, until } from "./story.mjs";

const { BoardDocument } = await import(told.generated);
const schema = buildSchema(readFileSync(told.schema, "utf8"));
const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
const possibleTypes = Object.fromEntries(
  abstract.map((one) => [one.name, schema.getPossibleTypes(one).map((type) => type.name)]),
);
const isSubscription = ({ operationType }) => operationType === "subscription";

function client(who, { url = told.url, byId = false } = {}) {
  const retry = new RetryLink({
    delay: { initial: 300, max: 3000, jitter: true },
    attempts: { max: 20, retryIf: ({ statusCode }) => statusCode === 429 || statusCode >= 500 },
  });
  const generateHash = (document) => document.__meta__.hash;
  const ids = new PersistedQueryLink({ generateHash, useGETForHashedQueries: true });
  const http = new HttpLink({ uri: url, fetch: fetching(who) });
  const connectionParams = { Authorization: bearer(who).authorization };
  const socket = new GraphQLWsLink(createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams }));
  return new ApolloClient({
    link: ApolloLink.split(isSubscription, socket, ApolloLink.from([retry, ...(byId ? [ids] : []), http])),
    cache: new InMemoryCache({
      possibleTypes,
      typePolicies: {
        Viewer: { merge: true }, // of each client there is one
        Household: { fields: { wishes: relayStylePagination(["states"]) } },
        HouseholdHead: { fields: { wishes: relayStylePagination(["states"]) } },
        Leaderboard: { fields: { entries: relayStylePagination() } },
      },
    }),
  });
}

const clients = Object.fromEntries(["resident", "staff", "head"].map((who) => [who, client(who)]));
const rowsOf = (connection) => connection.edges.map(({ node }) => node);

// A list, read page by page into one; and the head's own.
let mine, home;
const listed = clients.resident.watchQuery({ query: documents.Mine, variables: { first: 2 } });
listed.subscribe(({ data }) => { mine = data?.viewer?.household.wishes; });
clients.head.watchQuery({ query: documents.Home }).subscribe(({ data }) => { home = data?.viewer?.householdHead; });
await until(() => mine && mine.edges.length, 2);
const { endCursor } = mine.pageInfo;
await listed.fetchMore({ variables: { after: endCursor } });
await until(() => mine.edges.length, 3);
const paged = rowsOf(mine).map((one) => one.title);
await until(() => Boolean(home), true);

for (const who of ["resident", "head"]) {
  await new Promise((begun) => clients[who].subscribe({ query: documents.Changed }).subscribe(begun));
}
const act = async (who, name, input) => {
  const { data } = await clients[who].mutate({ mutation: documents[name], variables: { input } });
  return Object.values(data)[0];
};
const wishId = await story(act, (id) => rowsOf(mine).find((one) => one.id === id)?.state);
await until(() => rowsOf(home.wishes).map((one) => one.state), ["RATED"]);
await until(() => home.points, { __typename: home.points.__typename, available: 25, pending: 0 });

// An abstract type, in a fragment: the cache knows which types it may be.
const { data: any } = await clients.resident.query({ query: documents.Anything, variables: { id: wishId } });
const again = clients.resident.readQuery({ query: documents.Anything, variables: { id: wishId } });

// The board, as everybody sees it.
const { data } = await client(null).query({ query: documents.Board, variables: { areaId: told.areaId } });
const before = requests.length;

// Where the server takes nothing but ids of what this client sends, one address asks more than it may: all of it is
// answered in the end.
const byId = client(null, { url: told.strict, byId: true });
const variables = { areaId: told.areaId, first: 100 };
const each = { query: BoardDocument, variables, fetchPolicy: "no-cache", context: { queryDeduplication: false } };
const boards = [];
const late = () => requests.slice(before);
const refused = () => late().filter(({ status }) => status === 429).length;
while (!refused() && boards.length < 200) {
  boards.push(...await Promise.all(Array.from({ length: 4 }, () => byId.query(each))));
}

say({
  paged,
  title: any.node.title === again.node.title ? any.node.title : null,
  listed: rowsOf(mine).map((one) => one.state),
  points: home.points.available,
  board: rowsOf(data.leaderboard.entries).map(({ rank, points, head }) => [rank, points, head.displayName]),
  refused: refused(),
  byId: late().every(({ method, text }) => method === "GET" && !text),
  answered: boards.every((one) => one.data.leaderboard.entries.edges.length === 5),
});
