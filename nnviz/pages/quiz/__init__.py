"""The page “Quiz”: its script, and what only it needs."""
