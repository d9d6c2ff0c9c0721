"""What takes long: `make evidence-full` runs it."""
