"""The commented problem files that `asymptotix init` writes: one for each kind of model, each a problem that runs."""

from __future__ import annotations

from asymptotix.errors import InvalidInputError

__all__ = ["MODELS", "TEMPLATE_KINDS", "problem_template"]

_HEAD = """\
# A problem of asymptotix: model, grid, simulation.
#   asymptotix risk {name}     what the theory predicts
#   asymptotix check {name}    ... and whether an experiment agrees
# Convention: objective |y - f|^2 + ridge |theta|^2 (sum of squares, no 1/n); noise is a variance;
# an energy is the squared norm of the target's part in a level, summed over the level.
title = ""

"""

MODELS: dict[str, str] = {
    "random_features_sphere": """\
[model]
kind = "random_features_sphere"  # features s(<x, w>): x on the sphere of radius sqrt(dimension), w on the unit sphere
activation = "relu"              # a name or an expression in x: "max(x, 0)**2 + x/10"
dimension = 30
noise_variance = 0.25            # of the labels; 0 if left out
target = {energies = [0.0, 1.0, 0.5]}  # degree 0, 1, 2, ...
""",
    "random_features": """\
[model]
kind = "random_features"         # Gaussian random features of a kernel with these eigenvalues
noise_variance = 0.1             # of the labels; 0 if left out
spectrum = {power_law = {exponent = 1.5, size = 2000}}  # or {eigenvalues = [...], multiplicities = [...], tail = 0.0}
target = {source = 0.4}          # energies i^(-1 - 2 exponent source); or {energies = [...], tail = 0.0}
""",
    "kernel_ridge_sphere": """\
[model]
kind = "kernel_ridge_sphere"     # kernel ridge regression, x on the sphere of radius sqrt(dimension)
dimension = 20
noise_variance = 0.25            # of the labels; 0 if left out
target = {energies = [0.0, 1.0, 0.5]}  # degree 0, 1, 2, ...

[model.kernel]
name = "tangent"                 # or "nngp", or "exponential" (which takes none of the keys below)
activation = "relu"
depth = 1                        # hidden layers
weight_variance = 1.0
bias_variance = 0.0
layers = "all"                   # of a tangent kernel: "first" or "last" keeps one layer's part
""",
    "latent_space": """\
[model]
kind = "latent_space"            # n_features noisy views x = W z + u of hidden variables z, labels <theta, z>
dimension = 20                   # of z
signal = 1.0                     # |theta|^2
noise_variance = 0.1             # of the labels; 0 if left out
""",
    "ridge_regression": """\
[model]
kind = "ridge_regression"        # a linear model whose covariance has these eigenvalues
noise_variance = 0.25            # of the labels; 0 if left out

[model.spectrum]
eigenvalues = [1.0, 0.1]         # or power_law = {exponent = 1.5}
multiplicities = [50, 250]
tail = 0.0                       # mass of an infinitely flat remainder

[model.target]
energies = [1.0, 0.2]            # one for each level: eigenvalue times the squared norm of the coefficients
""",
}

_GRID = """
[grid]                           # each a number, a list, or a range; what varies forms a product
n_samples = {n_samples}
{n_features}ridge = [1e-3, 1e-1, 1.0]      # or time = ... (gradient flow), or steps = ... with step_size = ...

[simulation]                     # read by `asymptotix check`
n_trials = 50
seed = 0
"""
_FEATURES = 'n_features = {start = 20, stop = 600, num = 10, spacing = "log"}  # inf is the kernel limit\n'

TEMPLATE_KINDS = tuple(MODELS)


def problem_template(kind: str, *, name: str = "problem.toml") -> str:
    """A complete, commented problem file for one kind of model.

    Raises:
        InvalidInputError: there is no such kind.
    """
    if kind not in MODELS:
        raise InvalidInputError("kind", kind, f"one of {', '.join(TEMPLATE_KINDS)}")
    featured = kind.startswith("random_features") or kind == "latent_space"
    samples = "150" if featured else '{start = 25, stop = 400, num = 8, spacing = "log"}'
    return _HEAD.format(name=name) + MODELS[kind] + _GRID.format(n_samples=samples, n_features=_FEATURES if featured else "")
