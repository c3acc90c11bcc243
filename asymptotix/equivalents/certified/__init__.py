"""Certified mode: the same answers as intervals that are proved to contain the exact ones, in ball arithmetic (python-flint)."""
