"""The page “How little is enough?”: its script, and what only it needs."""
