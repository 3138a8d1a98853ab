"""Coverage-guided fuzzing of the packets: a target a protocol. See README.md."""
