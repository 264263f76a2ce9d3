"""The page “Initializers”: its script, and what only it needs."""
