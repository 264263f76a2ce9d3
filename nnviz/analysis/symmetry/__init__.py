"""Equal units: whether they stay equal, and what sets them free."""
