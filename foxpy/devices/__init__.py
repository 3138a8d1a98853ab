"""Where frames come from and go to: in-memory links, taps, captures."""
