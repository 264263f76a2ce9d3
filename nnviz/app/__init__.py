"""The app: its frame, what is served, and its settings. The top of a checkout has links to these."""
