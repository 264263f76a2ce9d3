"""What chance decides: the order of rows, the seed, and what one change of either does to a run."""
