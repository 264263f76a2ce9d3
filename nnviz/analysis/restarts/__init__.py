"""Many runs of one experiment: how often they succeed, and how surely."""
