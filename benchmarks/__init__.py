"""Workloads: the package beside what a user would write today. `python -m benchmarks` runs them all."""
