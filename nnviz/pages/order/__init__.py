"""The page “Start or order?”: its script, and what only it needs."""
