"""What a page does when its connection is lost, or when its visitor leaves it."""
