"""Activations by name. Every entry is a text of the grammar in `parser`, so that the catalogue adds no semantics."""

from __future__ import annotations

__all__ = ["CATALOGUE"]

CATALOGUE: dict[str, str] = {
    "identity": "x",
    "relu": "relu(x)",
    "step": "step(x)",
    "sign": "sign(x)",
    "abs": "abs(x)",
    "leaky_relu": "leaky_relu(x, 0.1)",
    "relu2": "relu(x)**2",
    "relu3": "relu(x)**3",
    "square": "x**2",
    "cube": "x**3",
    "hard_tanh": "clip(x, -1, 1)",
    "hard_sigmoid": "clip(x/6 + 1/2, 0, 1)",
    "hard_swish": "x*clip(x/6 + 1/2, 0, 1)",
    "relu6": "clip(x, 0, 6)",
    "erf": "erf(x)",
    "Phi": "Phi(x)",
    "gelu": "x*Phi(x)",
    "gauss": "exp(-x**2/2)",
    "exp": "exp(x)",
    "sin": "sin(x)",
    "cos": "cos(x)",
    "tanh": "tanh(x)",
    "sigmoid": "1/(1 + exp(-x))",
    "softplus": "log(1 + exp(x))",
    "silu": "x/(1 + exp(-x))",
    "mish": "mish(x)",
    "elu": "elu(x, 1)",
    "selu": "1.0507009873554805*elu(x, 1.6732632423543772)",
    "softsign": "x/(1 + abs(x))",
    "atan": "atan(x)",
    "laplace": "exp(-abs(x))",
}
