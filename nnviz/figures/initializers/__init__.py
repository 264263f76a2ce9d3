"""Figures of what initializers draw, and of what works with what."""
