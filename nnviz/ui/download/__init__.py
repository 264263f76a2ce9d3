"""What a visitor takes home: pictures, data, code, saved pages, handouts."""
