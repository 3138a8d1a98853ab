"""9P2000: files over a connection (Plan 9 manual, section 5)."""
