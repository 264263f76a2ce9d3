"""The page “Lessons”: its script, and what only it needs."""
