"""Figures of losses over weights: maps, reliefs, basin maps."""
