"""Hermite and Gegenbauer coefficients and the eigenvalues made of them: in a symbolic degree and dimension, and in numbers."""
