"""Figures of equal units and of what sets them free."""
