"""Deterministic equivalents: spectrum and target in, risk curves out."""
