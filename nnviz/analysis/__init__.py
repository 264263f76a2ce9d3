"""What a trace shows: pure functions from traces to small arrays and records."""
