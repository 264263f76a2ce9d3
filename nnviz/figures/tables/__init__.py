"""Figures of initializers ranked on a table."""
