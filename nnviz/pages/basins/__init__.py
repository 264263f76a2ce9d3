"""The page “Which starts end where?”: its script, and what only it needs."""
