"""By which channels an account is pushed notifications, and to how many messages of WeChat's it still agrees.

In the app is everything in any case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from models.enums import IdentityProvider, NotificationKind
from services.db import database
from services.kit.provider_settings import message_templates
from services.kit.settings import current
from services.kit.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Template:
    """One of WeChat's templates that this district uses: for which kinds, and how many messages are still agreed to."""

    template_id: str
    kinds: tuple[NotificationKind, ...]
    remaining: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What an account has chosen. `wechat_bound`: whether it has a WeChat user to whom messages can go."""

    wechat: bool
    sms: bool
    wechat_bound: bool
    templates: Sequence[Template] = field(default_factory=tuple)


def templates() -> Mapping[str, tuple[NotificationKind, ...]]:
    """Return WeChat's templates that this district uses, each with its kinds."""
    found: dict[str, tuple[NotificationKind, ...]] = {}
    if not current().wechat_app_id:
        return found
    for kind, template in message_templates(current().wechat_templates).items():
        found[template.id] = (*found.get(template.id, ()), kind)
    return found


async def of_viewer(viewer: Viewer) -> Choices:
    """Return what the viewer has chosen. One statement."""
    return (await of_accounts(viewer, [viewer.account_id] if viewer.account_id else []))[viewer.account_id]


async def of_accounts(viewer: Viewer, account_ids: Sequence[UUID | None]) -> dict[UUID | None, Choices]:
    """Return what the viewer has chosen, by account: of the own one alone. One statement."""
    own = viewer.account_id if viewer.account_id in account_ids else None
    row = await database.fetch_one(
        """
        SELECT coalesce(c.wechat, true) AS wechat, coalesce(c.sms, true) AS sms, EXISTS (
                SELECT 1 FROM identities i WHERE i.account_id = a.id AND i.provider = $2 AND i.ended_at IS NULL
            ) AS wechat_bound,
            ARRAY(SELECT template_id FROM message_consents m WHERE m.account_id = a.id ORDER BY m.id) AS template_ids,
            ARRAY(SELECT remaining FROM message_consents m WHERE m.account_id = a.id ORDER BY m.id) AS remaining
        FROM accounts a LEFT JOIN push_choices c ON c.account_id = a.id WHERE a.id = $1
        """,
        own,
        IdentityProvider.WECHAT.value,
    )
    if row is None:
        return {}
    remaining = dict(zip(row["template_ids"], row["remaining"], strict=True))
    agreed = tuple(Template(key, kinds, remaining.get(key, 0)) for key, kinds in templates().items())
    return {own: Choices(row["wechat"], row["sms"], row["wechat_bound"], agreed)}
