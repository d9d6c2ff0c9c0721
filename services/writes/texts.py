"""Texts of rows that never change: they stand beside these rows, so that they can be erased."""

from services.db.database import Journal

# By the row's id. `account_id`: with whom the text is erased, too, who wrote it; None where it is another's alone.
TEXTS = Journal.of("texts", id="uuid", account_id="uuid", text="text")
