"""The page “Restarts”: its script, and what only it needs."""
