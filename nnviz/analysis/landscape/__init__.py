"""The loss over planes of weights, and which initial weights end where."""
