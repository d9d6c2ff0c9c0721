"""Rosters (名册): what a district brings along in spreadsheets, read, checked, loaded and written back."""
