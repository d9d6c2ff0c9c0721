"""What the graph's types look like in TypeScript: of each kind of type, and of each way to select."""

import pytest
from graphql import build_schema

from schema.graph.typescript import HEAD, types

SCHEMA = build_schema('''
"""钱。Money."""
scalar Fen

"""颜色。A colour."""
enum Colour { RED "蓝。Blue." BLUE @deprecated(reason: "Use RED.") }

interface Node { id: ID! }

"""猫。A cat."""
type Cat implements Node {
  id: ID!
  """
  它的名字 */。
  Its name.
  """
  name(long: Boolean): String
  kittens: [Cat!]!
  friends: [[Cat]]
  price: Fen
}

type Dog implements Node { id: ID! name: String! owner: Cat }
type Fish { weight: Float! }
union Pet = Cat | Dog | Fish

input Wanted { "哪只。Which." id: ID! colour: Colour = RED colours: [Colour!] count: Int! = 1 }
input Which @oneOf { id: ID name: [String!] }

type Query { node(id: ID!): Node pets(which: Which, wanted: Wanted!): [Pet!] cat: Cat }
type Mutation { feed(input: Wanted!): Dog }
''')

NAMED = """
/** 猫。A cat. */
export interface Cat {
  __typename?: "Cat";
  id: string;
  /**
   * 它的名字 * /。
   * Its name.
   */
  name: string | null;
  kittens: Array<Cat>;
  friends: Array<Array<Cat | null> | null> | null;
  price: Fen | null;
}

/** 颜色。A colour. */
export type Colour =
  | "RED"
  /**
   * 蓝。Blue.
   * @deprecated Use RED.
   */
  | "BLUE";

export interface Dog {
  __typename?: "Dog";
  id: string;
  name: string;
  owner: Cat | null;
}

/** 钱。Money. */
export type Fen = number;

export interface Fish {
  __typename?: "Fish";
  weight: number;
}

export type Node = Cat | Dog;

export type Pet = Cat | Dog | Fish;

export interface Wanted {
  /** 哪只。Which. */
  id: string;
  colour?: Colour | null;
  colours?: Array<Colour> | null;
  count?: number;
}

export type Which =
  | { id: string; name?: never }
  | { name: Array<string>; id?: never };
"""


def operation(text: str) -> str:
    """What is written of one document, without its indentation."""
    written = types(SCHEMA, {"One": f"# 谁 · 做什么。\n{text}"})
    _, found, rest = written.partition(
        "export interface Operations {\n  /** 谁 · 做什么。 */\n  One: {\n    variables: "
    )
    assert found and rest.endswith(";\n  };\n}")
    return rest.removesuffix(";\n  };\n}")


def test_each_kind_of_type_is_declared_with_its_description() -> None:
    written = types(SCHEMA, {})
    operations = "/** The documents of docs/operations, by name. */\nexport interface Operations {}"
    assert written == f"{HEAD}\n{NAMED}\n{operations}"


def test_a_scalar_of_which_nothing_is_known_is_refused() -> None:
    with pytest.raises(KeyError, match="Mood"):
        types(build_schema("scalar Mood type Query { mood: Mood }"), {})


def test_what_no_type_implements_is_nothing() -> None:
    assert "\nexport type Node = never;\n" in types(
        build_schema("interface Node { id: ID! } type Query { node: Node }"), {}
    )


def test_what_is_given_and_what_is_got() -> None:
    text = """mutation One($input: Wanted!, $again: Wanted! = {id: "1"}, $more: [Int!]) {
      feed(input: $input) { id }
      other: feed(input: $again) { id name }
    }"""
    assert (
        operation(text)
        == """{
      input: Wanted;
      again?: Wanted;
      more?: Array<number> | null;
    };
    data: {
      feed: {
        id: string;
      } | null;
      other: {
        id: string;
        name: string;
      } | null;
    }"""
    )


def test_what_may_be_left_out_is_optional() -> None:
    text = """query One($x: Boolean!) {
      cat { id @skip(if: $x) name @include(if: $x) name price @include(if: $x) ... @include(if: $x) { kittens { id } } }
    }"""
    assert (
        operation(text).partition("data: ")[2]
        == """{
      cat: {
        id?: string;
        name: string | null;
        price?: Fen | null;
        kittens?: Array<{
          id: string;
        }>;
      } | null;
    }"""
    )


def test_types_that_answer_alike_are_one_variant() -> None:
    text = """{
      node(id: "1") { __typename id ... on Cat { name kittens { id } ...Kittens } ... on Node { key: id } }
      pets(wanted: {id: "1"}) { ... on Node { id } ... on Pet { __typename } }
    }
    fragment Kittens on Cat { kittens { name } }"""
    assert (
        operation(text).partition("data: ")[2]
        == """{
      node: {
        __typename: "Cat";
        id: string;
        name: string | null;
        kittens: Array<{
          id: string;
          name: string | null;
        }>;
        key: string;
      } | {
        __typename: "Dog";
        id: string;
        key: string;
        name?: never;
        kittens?: never;
      } | null;
      pets: Array<{
        id: string;
        __typename: "Cat" | "Dog";
      } | {
        __typename: "Fish";
        id?: never;
      }> | null;
    }"""
    )
