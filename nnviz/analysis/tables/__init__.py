"""A table of somebody's own: read, prepared, and its initializers ranked."""
