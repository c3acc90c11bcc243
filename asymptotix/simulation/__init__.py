"""Finite-size experiments. They read a model's `design` and nothing else, so that agreement with the theory is evidence."""
