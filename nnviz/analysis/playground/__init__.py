"""One run or a pair: its diagnosis, its activations, its moments, its summary."""
