"""Derivations: one theorem a file, read as a paper, run as a test. `python -m derivations.arc_cosine` prints one.

A derivation is a witness, not a user: it reaches its result by another route than the package and imports the proof kit only
(`asymptotix.symbolic.derivation`, `.functions`, `.presentation`).
"""
