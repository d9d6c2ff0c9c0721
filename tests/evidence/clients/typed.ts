// The story in TypeScript, with the types and ids that graphql-codegen makes of docs/operations; no document is sent.
// typed.mjs runs it beside that code.

import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import {
  LeaderboardDocument, MyWishesDocument, WishAcceptDocument, WishCompleteDocument, WishDispatchDocument,
  WishRateDocument, WishSubmitDocument,
} from "./graphql.ts";
import type { ErrorCode, LeaderboardQuery, WishState, WishSubmitInput } from "./graphql.ts";

type Told = { strict: string; householdId: string; headId: string; areaId: string };
type Bearer = (who: string | null) => Record<string, string>;
type Board = NonNullable<LeaderboardQuery["leaderboard"]>;
type Place = NonNullable<Board["entries"]>["edges"][number]["node"];

export async function run(told: Told, bearer: Bearer) {
  async function ask<Data, Variables>(
    who: string | null, document: TypedDocumentNode<Data, Variables>, variables: Variables,
  ): Promise<Data> {
    const { hash } = (document as unknown as { __meta__: { hash: string } }).__meta__;
    const response = await fetch(told.strict, {
      method: "POST",
      headers: { "content-type": "application/json", ...bearer(who) },
      body: JSON.stringify({ documentId: hash, variables }),
    });
    const answer: { data?: Data; errors?: { message: string }[] } = await response.json();
    if (!answer.data) throw new Error(answer.errors?.[0]?.message ?? String(response.status));
    return answer.data;
  }
  const refused = (errors: readonly { code: ErrorCode; message: string }[]) => errors.map((one) => one.code);

  const input: WishSubmitInput = {
    householdId: told.householdId, category: "REPAIR", title: "水龙头漏水", requestNo: "typed",
  };
  const { wishSubmit } = await ask("resident", WishSubmitDocument, { input });
  const wishId = wishSubmit.wish?.id;
  if (!wishId) throw new Error(refused(wishSubmit.errors).join());
  const states: (WishState | undefined)[] = [wishSubmit.wish?.state];
  const again = await ask("head", WishAcceptDocument, { input: { wishId } });
  const early = refused(again.wishAccept.errors);
  const { wishDispatch } = await ask("staff", WishDispatchDocument, { input: { wishId, headId: told.headId } });
  states.push(wishDispatch.wish?.state);
  states.push((await ask("head", WishAcceptDocument, { input: { wishId } })).wishAccept.wish?.state);
  states.push((await ask("head", WishCompleteDocument, { input: { wishId } })).wishComplete.wish?.state);
  states.push((await ask("resident", WishRateDocument, { input: { wishId, stars: 5 } })).wishRate.wish?.state);

  const { viewer } = await ask("resident", MyWishesDocument, { first: 2 });
  const listed = viewer?.household?.wishes.edges.map(({ node }) => node.state) ?? [];
  const { leaderboard } = await ask(null, LeaderboardDocument, { areaId: told.areaId, period: "MONTH" });
  const places: Place[] = leaderboard?.entries?.edges.map(({ node }) => node) ?? [];
  return { states, early, listed, board: places.map(({ rank, points, head }) => [rank, points, head.displayName]) };
}
