"""Figures of a pair of runs."""
