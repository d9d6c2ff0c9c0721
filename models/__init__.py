"""The tables. One file per part; `enums` is free of the ORM."""
