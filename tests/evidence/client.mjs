// Subscribers as frontends make them: the graphql-ws package over a socket each. Told by one JSON argument
// { urls, count, stalled, query, variables, token }; says on stdout, one JSON object a line, what happens.
// A line on stdin is a command: `complete` ends the subscriptions one by one, `drop` cuts every connection.

import { createInterface } from "node:readline";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const { urls, count = 1, stalled = 0, query, variables = {}, token } = JSON.parse(process.argv[2]);
const say = (fact) => process.stdout.write(`${JSON.stringify(fact)}\n`);

const subscribers = [];

function subscribe(index) {
  const own = { socket: null, end: null };
  const client = createClient({
    url: urls[index % urls.length],
    webSocketImpl: WebSocket,
    connectionParams: token ? { Authorization: `Bearer ${token}` } : undefined,
    retryAttempts: 20,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 200)),
    shouldRetry: () => true,
    on: {
      opened: (socket) => { own.socket = socket; },
      connected: () => say({ connected: index, at: Date.now() }),
      closed: (event) => say({ closed: index, code: event.code, at: Date.now() }),
    },
  });
  own.end = client.subscribe({ query, variables }, {
    next: (answer) => {
      say({ next: index, at: Date.now(), answer });
      if (index < stalled) own.socket._socket.pause(); // reads nothing any more
    },
    error: (error) => say({ error: index, what: String(error?.reason ?? error?.[0]?.message ?? error?.message ?? error) }),
    complete: () => say({ complete: index }),
  });
  subscribers.push(own);
}

for (let index = 0; index < count; index += 1) subscribe(index);

createInterface({ input: process.stdin }).on("line", (command) => {
  if (command === "complete") for (const own of subscribers) own.end();
  else if (command === "drop") for (const own of subscribers) own.socket._socket.destroy();
}).on("close", () => process.exit(0));
