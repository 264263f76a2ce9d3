"""Figures of signals through deep networks."""
