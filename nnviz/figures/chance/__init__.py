"""Figures on the order of rows and on seeds."""
