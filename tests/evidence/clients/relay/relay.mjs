// Relay's runtime, with what its compiler made of story.js: a connection that pages through `node`, to which a mutation
// adds a node; all else by the ids of what comes. Told also { compiled }.

import relay from "relay-runtime";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { bearer, fetching, say, socketUrl, story, told, until } from "../story.mjs";

const {
  ConnectionHandler, Environment, Network, Observable, RecordSource, Store, commitMutation, createOperationDescriptor,
  fetchQuery, getSingularSelector, readInlineData, requestSubscription,
} = relay;
const compiled = async (name) => (await import(`${told.compiled}/${name}.graphql.js`)).default;

function environment(who) {
  const ask = fetching(who);
  const socket = createClient({
    url: socketUrl, webSocketImpl: WebSocket, connectionParams: { Authorization: bearer(who).authorization },
  });
  const post = async ({ text, name }, variables) => {
    const body = JSON.stringify({ query: text, operationName: name, variables });
    return (await ask(told.url, { method: "POST", headers: { "content-type": "application/json" }, body })).json();
  };
  const listen = ({ text, name }, variables) =>
    Observable.create((sink) => socket.subscribe({ query: text, operationName: name, variables }, sink));
  return new Environment({ network: Network.create(post, listen), store: new Store(new RecordSource()) });
}

const environments = Object.fromEntries(["resident", "staff", "head", null].map((who) => [who, environment(who)]));

/** Ask, keep, and return what reads it from the store from now on. */
async function asked(who, name, variables = {}) {
  const query = await compiled(name);
  const operation = createOperationDescriptor(query, variables);
  environments[who].retain(operation);
  await fetchQuery(environments[who], query, variables).toPromise();
  return () => environments[who].lookup(operation.fragment).data;
}

const [inWishes, ofWish] = [await compiled("story_wishes"), await compiled("story_wish")];
const mine = await asked("resident", "storyMineQuery");
const home = await asked("head", "storyHomeQuery");
const wishes = () => environments.resident.lookup(getSingularSelector(inWishes, mine().viewer.household)).data.wishes;
const rows = () => wishes().edges.map(({ node }) => readInlineData(ofWish, node));
const householdId = mine().viewer.household.id;
await until(() => rows().length, 2);
const page = { id: householdId, first: 2, after: wishes().pageInfo.endCursor };
await fetchQuery(environments.resident, await compiled("storyMoreQuery"), page).toPromise();
await until(() => rows().length, 3);
const paged = rows().map((one) => one.title);

let begun = 0;
const subscription = await compiled("storyChangedSubscription");
for (const who of ["resident", "head"]) {
  requestSubscription(environments[who], { subscription, variables: {}, onNext: () => { begun += 1; } });
}
await until(() => begun, 2);
const connections = [ConnectionHandler.getConnectionID(householdId, "story_wishes")];
const act = async (who, name, input) => {
  const mutation = await compiled(`story${name}Mutation`);
  const variables = name === "Submit" ? { input, connections } : { input };
  const data = await new Promise((onCompleted, onError) =>
    commitMutation(environments[who], { mutation, variables, onCompleted, onError }));
  const { wish, errors } = Object.values(data)[0];
  return { wish: wish && readInlineData(ofWish, wish), errors };
};
await story(act, (id) => rows().find((one) => one.id === id)?.state);
const points = () => home().viewer.householdHead.points;
await until(() => [points().available, points().pending], [25, 0]);
const board = await asked(null, "storyBoardQuery", { areaId: told.areaId });
say({
  paged,
  listed: rows().map((one) => one.state),
  points: points().available,
  board: board().leaderboard.entries.edges.map(({ node }) => [node.rank, node.points, node.head.displayName]),
});
