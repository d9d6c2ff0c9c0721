"""Evidence by other people's programs: run by `make evidence`, not by `make test`."""
