"""What is trained, and how: registries, the experiment, the network, training. NumPy only."""
