// Subscriptions, over graphql-transport-ws. The package that speaks it is served from here when it is installed.

import { load, make } from "./graphiql-dom.js";

const PACKAGE = "/web/graphql-ws.min.js";
const RETRIES = 5;
const FORBIDDEN = 4403;

/** Whether the operation of that name, or the document's first, is a subscription. */
export function isSubscription(query, operationName) {
  const operations = [...query.replace(/#.*$/gm, "").matchAll(/\b(query|mutation|subscription)\b\s*(\w*)/g)];
  const asked = operations.find(([, , name]) => name && name === operationName) ?? operations[0];
  return asked?.[1] === "subscription";
}

/** The answers of a subscription as they come, over a connection of its own: an async iterator that ends with
 *  `return()`, or when the server completes it, and rejects with what went wrong. */
export function subscribe(parameters, token) {
  return new Subscription(parameters, token);
}

// No generator: one that waits for its next answer could not be ended before that has come.
class Subscription {
  #parameters;
  #token;
  #client = null;
  #answers = null;

  constructor(parameters, token) {
    this.#parameters = parameters;
    this.#token = token;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async next() {
    try {
      if (!this.#client) await this.#connect();
      const answer = await this.#answers.next();
      if (answer.done) this.#client.dispose();
      return answer;
    } catch (error) {
      this.#client?.dispose();
      throw new Error(reason(error));
    }
  }

  async return() {
    this.#answers?.return();
    this.#client?.dispose();
    return { done: true, value: undefined };
  }

  async #connect() {
    if (!globalThis.graphqlWs) await load(make("script", { src: PACKAGE }));
    this.#client = graphqlWs.createClient({
      url: `${location.origin.replace(/^http/, "ws")}/graphql`,
      connectionParams: this.#token ? { Authorization: `Bearer ${this.#token}` } : undefined,
      retryAttempts: RETRIES,
    });
    this.#answers = this.#client.iterate(this.#parameters);
  }
}

function reason(error) {
  if (Array.isArray(error)) return error.map(({ message }) => message).join(" "); // what GraphQL says of the document
  if (error?.code === FORBIDDEN) return "登录已失效，请换一个令牌。The token opens nothing any more.";
  if (error?.code) return `连接已断开 Disconnected (${error.code} ${error.reason ?? ""})`;
  return error?.message ?? "连接失败 Cannot connect";
}
