"""The tables. One file a noun; `enums` knows nothing of the ORM."""
