"""Facts about the database itself."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Marker(Model):
    """A fact about this database, such as that it holds a demo district."""

    key = fields.CharField(max_length=32, primary_key=True)
    value: Any = fields.JSONField()

    class Meta:
        table = "markers"
