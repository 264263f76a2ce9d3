"""The page “For teachers”: its script, and what only it needs."""
