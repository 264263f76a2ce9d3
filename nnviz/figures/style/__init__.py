"""What all figures share: the template, axes, lines, films."""
