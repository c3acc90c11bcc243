"""Gradient flow and gradient descent: inverse Laplace and Cauchy contours of the ridge equivalents."""
