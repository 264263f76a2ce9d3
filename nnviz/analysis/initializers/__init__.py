"""What initializers draw, and which works with which activation."""
