"""The server beside the pages: its bounds, headers, log and counters."""
