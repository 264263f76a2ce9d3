"""What nnviz costs: its speed, its memory, and how long one waits for its page. Run by `make bench`."""
