from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.db import database
from services.db.sql import Args, any_of, in_subtrees


def test_arguments_are_numbered_as_they_are_added() -> None:
    args = Args()
    assert [args("a"), args("b")] == ["$1", "$2"] and args == ["a", "b"]


def test_any_of_nothing_is_false() -> None:
    assert any_of([]) == any_of([None, ""]) == "false"
    assert any_of(["a", None, "b AND c"]) == "(a OR b AND c)"
    assert in_subtrees("x", [], Args()) is None


codes = st.text(st.sampled_from("09azAZ~._-区é\U0001f600"), min_size=1, max_size=3)
paths = st.lists(codes, min_size=1, max_size=4).map(lambda parts: "/".join(parts) + "/")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.sets(paths, min_size=1, max_size=20), st.data())
async def test_a_subtree_is_exactly_what_begins_with_its_path(
    connected: None, found: set[str], data: st.DataObject
) -> None:
    roots = data.draw(st.lists(st.sampled_from(sorted(found)) | paths, min_size=1, max_size=3))
    args = Args()
    condition = in_subtrees("a.id", roots, args)
    rows = await database.fetch(
        f'WITH areas (id, path) AS (SELECT id, path COLLATE "C" FROM'
        f" unnest({args([uuid4() for _ in found])}::uuid[], {args(sorted(found))}::text[]) t (id, path))"
        f" SELECT path FROM areas a WHERE {condition}",
        *args,
    )
    assert {row["path"] for row in rows} == {path for path in found if any(path.startswith(root) for root in roots)}
