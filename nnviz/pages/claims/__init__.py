"""The page “Claims”: its script, and what only it needs."""
