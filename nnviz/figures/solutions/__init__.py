"""Figures of distinct solutions and of matched units."""
