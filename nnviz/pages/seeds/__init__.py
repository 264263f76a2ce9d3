"""The page “When to fix the seed”: its script, and what only it needs."""
