"""One thin script a page: read the state, call, draw."""
