"""Ridges below zero: how far down they may go, and the effective ridge there, which may be negative itself."""
