"""The page “Depth”: its script, and what only it needs."""
