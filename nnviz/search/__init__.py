"""Search and chance off the network: pure functions of a few numbers and a seed."""
