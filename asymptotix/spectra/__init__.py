"""Eigenvalues with multiplicities, and the target's energy in each level."""
