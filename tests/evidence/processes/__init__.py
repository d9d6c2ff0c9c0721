"""Whole processes as people and machines treat them: signals, disks, kills, upgrades, clients of their own."""
