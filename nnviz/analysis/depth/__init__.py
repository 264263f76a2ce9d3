"""A signal through deep networks: measured, and as mean-field theory has it."""
