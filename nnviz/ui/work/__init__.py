"""Work for pages: done by worker processes in turns, and remembered."""
