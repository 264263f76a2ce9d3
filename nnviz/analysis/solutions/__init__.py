"""The distinct solutions among many runs, and which unit of one is which of another's."""
