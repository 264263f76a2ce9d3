"""Sweeps: every combination of some fields' values × seeds, trained in many processes, as one table."""
