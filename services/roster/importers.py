"""Who imports or exports a roster, and for which subtrees."""

from dataclasses import dataclass
from uuid import UUID

from services.kit.viewer import Viewer, inside


@dataclass(frozen=True, slots=True)
class Importer:
    """The importing account, None for the command line; the subtrees that it may load into; and those in which it
    enters shops without approval. The path "" is the whole tree."""

    account_id: UUID | None = None
    paths: tuple[str, ...] = ("",)
    approves: tuple[str, ...] = ("",)

    @classmethod
    def of(cls, viewer: Viewer) -> "Importer":
        """Return the importer for a viewer: staff load into their communities; administrators into their district,
        where their entries are approved."""
        return cls(viewer.account_id, viewer.staff_paths + viewer.admin_paths, viewer.admin_paths)

    def reaches(self, path: str) -> bool:
        """Return whether an area's path lies in one of the subtrees."""
        return inside(path, self.paths)


COMMAND_LINE = Importer()
