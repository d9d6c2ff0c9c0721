"""Areas."""

import strawberry

from models.enums import AreaKind
from schema.graph.batching import to_one, to_page
from schema.graph.ids import Node, node_type, rows_of
from schema.graph.pagination import Connection
from schema.graph.permissions import PUBLIC, field
from schema.graph.refs import AreaRef
from services.people import areas


@strawberry.type(description="区域：区、街道、社区、网格或楼栋。A place in the district's tree.")
class Area(Node):
    is_type_of = rows_of(areas.Area)

    kind: AreaKind = field(PUBLIC, "区域级别。Which level of the tree.")
    name: str = field(PUBLIC, "名称。The name.")
    parent: AreaRef | None = to_one(areas.by_ids, "parent_id", "上级区域；区没有上级。The place above.")
    children: Connection[AreaRef] | None = to_page(
        areas.children_of, "下级区域；楼栋仅工作人员可见。The places right below; buildings for who works there."
    )


node_type("Area", areas.by_ids)
