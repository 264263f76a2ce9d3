"""Figures of search off the network."""
