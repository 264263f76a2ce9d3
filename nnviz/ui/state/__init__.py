"""What a page shows, as a value: the URL, the session, and the controls made from it."""
