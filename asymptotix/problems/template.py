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
    "kernel_ridge_cube": """\
[model]
kind = "kernel_ridge_cube"       # kernel ridge regression, x on the hypercube {-1, 1}^dimension
dimension = 20
noise_variance = 0.25            # of the labels; 0 if left out
target = {energies = [0.0, 1.0, 0.5]}  # degree 0, 1, 2, ... up to the dimension
kernel = {name = "exponential"}  # or "tangent", "nngp", with the keys that a kernel on the sphere has
""",
    "kernel_ridge_data": """\
[model]
kind = "kernel_ridge_data"       # kernel ridge regression on rows of a data set
inputs = [[0.1, 1.2], [-0.7, 0.4], [1.1, -0.3], [0.5, 0.8], [-1.2, -0.9], [0.3, -1.4]]  # or "inputs.npy", "inputs.csv"
labels = [0.9, 0.2, 0.1, 1.0, -1.3, -0.8]  # of each row before the noise; or a file
noise_variance = 0.25            # added to the labels; 0 if left out
sampling = "replacement"         # or "without_replacement": fewer samples than rows, errors on the others
kernel = {name = "rbf", bandwidth = 1.0}  # or "laplace", "polynomial", "exponential", "tangent", "nngp"
""",
    "covariate_shift": """\
[model]
kind = "covariate_shift"         # trained on one covariance, tested on another
covariance = [1.0, 0.5, 0.25, 0.125]  # a diagonal, or rows [[1.0, 0.1], [0.1, 1.0]], or a file: "sigma.npy", "sigma.csv"
coefficients = [1.0, 1.0, -1.0, 0.5]  # of the target; a list or a file
test_covariance = [0.2, 0.2, 1.0, 1.0]  # like covariance; the two need not commute
test_coefficients = [1.0, 1.0, -1.0, 0.8]  # of the target that is tested; those above if left out
noise_variance = 0.25            # of the labels; 0 if left out
""",
    "given_features": """\
[model]
kind = "given_features"          # features s(W x) of given first-layer weights, Gaussian inputs x, labels <x, coefficients>
activation = "erf"               # a name or an expression in x
weights = [[1.0, 0.2], [0.1, 0.9], [-0.7, 0.5]]  # rows, or a file: "weights.npy", "weights.csv"
covariance = [1.0, 0.5]          # of x: a diagonal, rows, or a file; or dimension = 2, independent inputs
coefficients = [1.0, 0.5]        # of the labels; (1, ..., 1) / sqrt(dimension) if left out
noise_variance = 0.25            # of the labels; 0 if left out
moments = "exact"                # of the features, or "linearized"
""",
    "deep_features": """\
[model]
kind = "deep_features"           # the last layer of a network of standard normal weights, drawn from the seed
activation = "tanh"              # odd
widths = [200, 100]              # of the layers
dimension = 80                   # independent inputs; or covariance = ... as in given_features
noise_variance = 0.1             # of the labels; 0 if left out
seed = 0
""",
    "neural_tangent": """\
[model]
kind = "neural_tangent"          # features x s'(<x, w>), dimension of them a neuron, x on the sphere, w on the unit sphere
activation = "relu"              # continuous
dimension = 20
noise_variance = 0.25            # of the labels; 0 if left out
target = {energies = [0.0, 1.0, 0.5]}  # degree 0, 1, 2, ...
""",
    "random_features_and_tangent": """\
[model]
kind = "random_features_and_tangent"  # the same beside s(<x, w>): all parameters of a network, linearized
activation = "erf"               # continuous
dimension = 20
noise_variance = 0.25            # of the labels; 0 if left out
tangent_variance = 1.0           # weight of the tangent features: variance of the output weights
target = {energies = [0.0, 1.0, 0.5]}  # degree 0, 1, 2, ...
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
misspecification = 0.0           # mean square of what no linear function has of the target; 0 if left out

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
{size}ridge = [1e-3, 1e-1, 1.0]      # or time = ... (gradient flow), or steps = ... with step_size = ...

[simulation]                     # read by `asymptotix check`
n_trials = 50                    # at each point; or precision = 0.01 (relative), or budget = "10 min", with max_trials = ...
seed = 0
"""
_FEATURES = 'n_features = {start = 20, stop = 600, num = 10, spacing = "log"}  # inf is the kernel limit\n'
_WIDTH = 'width = {start = 5, stop = 100, num = 8, spacing = "log"}  # neurons; inf is the kernel limit\n'
_SIZES = {
    **dict.fromkeys(("random_features", "random_features_sphere", "latent_space"), _FEATURES),
    **dict.fromkeys(("neural_tangent", "random_features_and_tangent"), _WIDTH),
}

TEMPLATE_KINDS = tuple(MODELS)


def problem_template(kind: str, *, name: str = "problem.toml") -> str:
    """A complete, commented problem file for one kind of model.

    Raises:
        InvalidInputError: there is no such kind.
    """
    if kind not in MODELS:
        raise InvalidInputError("kind", kind, f"one of {', '.join(TEMPLATE_KINDS)}")
    size = _SIZES.get(kind, "")
    samples = "150" if size else '{start = 25, stop = 400, num = 8, spacing = "log"}'
    return _HEAD.format(name=name) + MODELS[kind] + _GRID.format(n_samples=samples, size=size)
