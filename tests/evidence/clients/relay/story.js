// What Relay's compiler reads: the story's documents in Relay's own words.

import { graphql } from "relay-runtime";

graphql`
  fragment story_wish on Wish @inline {
    id
    title
    state
    stars
    availableActions
  }
`;

graphql`
  fragment story_wishes on Household
  @refetchable(queryName: "storyMoreQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" }) {
    id
    wishes(first: $first, after: $after) @connection(key: "story_wishes") {
      edges { node { ...story_wish } }
    }
  }
`;

graphql`query storyMineQuery { viewer { household { id ...story_wishes } } }`;

graphql`query storyHomeQuery { viewer { householdHead { id points { available pending } } } }`;

graphql`
  query storyBoardQuery($areaId: ID) {
    leaderboard(areaId: $areaId, period: MONTH) {
      entries(first: 20) @connection(key: "story_entries") { edges { node { key rank points head { displayName } } } }
    }
  }
`;

graphql`
  mutation storySubmitMutation($input: WishSubmitInput!, $connections: [ID!]!) {
    wishSubmit(input: $input) {
      wish @prependNode(connections: $connections, edgeTypeName: "WishEdge") { ...story_wish }
      errors { code message field retryAt }
    }
  }
`;

graphql`
  mutation storyDispatchMutation($input: WishDispatchInput!) {
    wishDispatch(input: $input) { wish { ...story_wish } errors { code message field retryAt } }
  }
`;

graphql`
  mutation storyAcceptMutation($input: WishAcceptInput!) {
    wishAccept(input: $input) { wish { ...story_wish } errors { code message field retryAt } }
  }
`;

graphql`
  mutation storyCompleteMutation($input: WishCompleteInput!) {
    wishComplete(input: $input) {
      wish { ...story_wish head { id points { available pending } } }
      errors { code message field retryAt }
    }
  }
`;

graphql`
  mutation storyRateMutation($input: WishRateInput!) {
    wishRate(input: $input) { wish { ...story_wish } errors { code message field retryAt } }
  }
`;

graphql`
  subscription storyChangedSubscription {
    wishChanged { wishes { ...story_wish head { id points { available pending } } } reload changedAt }
  }
`;
