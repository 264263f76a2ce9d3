"""The page “Random or different?”: its script, and what only it needs."""
