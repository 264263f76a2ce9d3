"""The page “References”: its script, and what only it needs."""
