"""The page “Loss landscape”: its script, and what only it needs."""
