"""The page “Playground”: its script, and what only it needs."""
