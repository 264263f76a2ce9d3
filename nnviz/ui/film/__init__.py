"""The film: frames that the browser plays, steps through and scrubs, whatever they show."""
