"""The tree of places: 区 / 街道 / 社区 / 网格 / 楼栋."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Table, one_of, reference
from models.enums import AreaKind


class Area(Table):
    """One place. `path` is its codes from the root, each followed by a slash, so a subtree is one prefix.

    `path` is `COLLATE "C"` (set in the first migration): a subtree is then one index range.
    """

    kind = fields.CharEnumField(AreaKind, max_length=16)
    code = fields.CharField(max_length=32)
    name = fields.CharField(max_length=64)
    parent = reference("Area", null=True, index=True)
    path = fields.CharField(max_length=200)

    class Meta:
        table = "areas"
        constraints = (
            one_of("areas", "kind", AreaKind),
            UniqueConstraint(fields=("path",), name="areas_path_unique"),
            UniqueConstraint(fields=("parent_id", "name"), name="areas_name_once_a_parent"),
            CheckConstraint(check="(parent_id IS NULL) = (kind = 'DISTRICT')", name="areas_root_is_district"),
            CheckConstraint(check="path LIKE '%/' AND path NOT LIKE '%//%'", name="areas_path_form"),
        )
