"""The page “When is a zero start right?”: its script, and what only it needs."""
