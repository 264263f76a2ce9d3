"""The page “Your data”: its script, and what only it needs."""
