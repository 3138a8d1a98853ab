"""What several test files need, and nobody else."""
