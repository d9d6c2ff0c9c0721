"""Who imports or exports a roster, and how far that reaches."""

from dataclasses import dataclass
from uuid import UUID

from services.kit.viewer import Viewer, inside


@dataclass(frozen=True, slots=True)
class Importer:
    """The account that imports, None for the command line; the subtrees that it may load into; and those in which the
    shops that it enters need nobody's approval. The path "" is the whole tree."""

    account_id: UUID | None = None
    paths: tuple[str, ...] = ("",)
    approves: tuple[str, ...] = ("",)

    @classmethod
    def of(cls, viewer: Viewer) -> "Importer":
        """Staff load into their communities; administrators into their district, and approve what they enter."""
        return cls(viewer.account_id, viewer.staff_paths + viewer.admin_paths, viewer.admin_paths)

    def reaches(self, path: str) -> bool:
        """Whether an area's path lies in one of the subtrees."""
        return inside(path, self.paths)


COMMAND_LINE = Importer()
