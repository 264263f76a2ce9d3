"""The closing quiz: ten questions, drawn anew each time, whose right answers are measured."""
