"""The stage: both sides' trainings as a moving picture, drawn in the browser."""
