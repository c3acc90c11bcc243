"""Activations by name. Every entry is a text of the grammar in `parser`, so that the catalogue adds no semantics.

Each name is also a function of the grammar, x first and then the parameters: `hard_tanh(2*x)`, `elu(x - 1, 0.5)`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

__all__ = ["ALIASES", "CATALOGUE", "Entry", "Parameter", "entry_of", "nearest"]

Range = Literal["real", "positive", "at least 0", "between 0 and 64, not 0", "a whole number from 0 to 20"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A constant of a family of activations: its name in the formula, its default and its range."""

    name: str
    default: str
    range: Range = "real"

    def admits(self, value: float) -> bool:
        """Whether the value lies in the range.

        >>> Parameter("beta", "1", "positive").admits(0.0)
        False
        """
        match self.range:
            case "real":
                return True
            case "positive":
                return value > 0
            case "at least 0":
                return value >= 0
            case "between 0 and 64, not 0":
                return 0 < value <= 64
            case _:
                return value == int(value) and 0 <= value <= 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One activation: its formula in x and its parameters, and a remark where the name alone could mislead."""

    formula: str
    parameters: tuple[Parameter, ...] = ()
    remark: str = ""

    def call(self, name: str) -> str:
        """How the entry is written as a name.

        >>> CATALOGUE["elu"].call("elu")
        'elu(alpha=1)'
        """
        listed = ", ".join(f"{parameter.name}={parameter.default}" for parameter in self.parameters)
        return f"{name}({listed})" if listed else name


_ALPHA, _BETA = Parameter("alpha", "1"), Parameter("beta", "1", "positive")
_THRESHOLD = Parameter("threshold", "0.5", "at least 0")

CATALOGUE: dict[str, Entry] = {
    # homogeneous
    "identity": Entry("x"),
    "relu": Entry("relu(x)", remark="max(x, 0)"),
    "leaky_relu": Entry("relu(x) - alpha*relu(-x)", (Parameter("alpha", "0.01"),), "alpha is the slope at negative x"),
    "step": Entry("step(x)", remark="1 where x > 0, else 0"),
    "sign": Entry("sign(x)", remark="0 at 0"),
    "abs": Entry("abs(x)"),
    "relu2": Entry("relu(x)**2"),
    "relu3": Entry("relu(x)**3"),
    "rectified_power": Entry("relu(x)**n", (Parameter("n", "2", "between 0 and 64, not 0"),)),
    "square": Entry("x**2"),
    "cube": Entry("x**3"),
    # piecewise polynomial
    "shifted_relu": Entry("relu(x - b)", (Parameter("b", "1"),)),
    "shifted_step": Entry("step(x - b)", (Parameter("b", "1"),)),
    "relu6": Entry("clip(x, 0, 6)"),
    "hard_tanh": Entry("clip(x, -limit, limit)", (Parameter("limit", "1", "positive"),)),
    "hard_sigmoid": Entry("clip(x + 3, 0, 6)/6"),
    "hard_swish": Entry("x*clip(x + 3, 0, 6)/6"),
    "hat": Entry("relu(1 - abs(x))"),
    "softshrink": Entry("relu(x - threshold) - relu(-x - threshold)", (_THRESHOLD,)),
    "hard_shrink": Entry("x*step(abs(x) - threshold)", (_THRESHOLD,)),
    "hermite": Entry("He(n, x)", (Parameter("n", "3", "a whole number from 0 to 20"),), "He_n of the probabilists"),
    # smooth, from the normal law
    "erf": Entry("erf(x)", remark="the error function"),
    "erfc": Entry("erfc(x)", remark="1 - erf(x)"),
    "Phi": Entry("Phi(x)", remark="the normal distribution function"),
    "gelu": Entry("x*Phi(x)"),
    "gauss": Entry("exp(-x**2/2)"),
    # sigmoids and what is made of them
    "sigmoid": Entry("1/(1 + exp(-x))"),
    "log_sigmoid": Entry("-log(1 + exp(-x))"),
    "silu": Entry("x*sigmoid(beta*x)", (_BETA,)),
    "quick_gelu": Entry("x*sigmoid(1.702*x)", remark="an approximation of gelu"),
    "gelu_tanh": Entry("x*sigmoid(sqrt(8/pi)*(x + 0.044715*x**3))", remark="the approximation of gelu by a tanh"),
    "softplus": Entry("log(1 + exp(beta*x))/beta", (_BETA,)),
    "mish": Entry("x*tanh(softplus(x))"),
    "tanh": Entry("tanh(x)"),
    "tanhshrink": Entry("x - tanh(x)"),
    "lecun_tanh": Entry("1.7159*tanh(2*x/3)"),
    "softsign": Entry("x/(1 + abs(x))"),
    "atan": Entry("atan(x)"),
    # exponentials and waves
    "elu": Entry("relu(x) + alpha*(exp(min(x, 0)) - 1)", (_ALPHA,)),
    "celu": Entry("relu(x) + alpha*(exp(min(x, 0)/alpha) - 1)", (Parameter("alpha", "1", "positive"),)),
    "selu": Entry("1.0507009873554805*elu(x, 1.6732632423543772)"),
    "exp": Entry("exp(x)"),
    "laplace": Entry("exp(-abs(x))"),
    "sinh": Entry("sinh(x)"),
    "cosh": Entry("cosh(x)"),
    "sin": Entry("sin(x)"),
    "cos": Entry("cos(x)"),
    "snake": Entry("x + sin(frequency*x)**2/frequency", (Parameter("frequency", "1", "positive"),)),
}

# further names of the same activations
ALIASES: dict[str, str] = {
    "linear": "identity",
    "heaviside": "step",
    "ncdf": "Phi",
    "swish": "silu",
    "hard_silu": "hard_swish",
    "logistic": "sigmoid",
    "gaussian": "gauss",
    "arctan": "atan",
}


def entry_of(name: str) -> Entry | None:
    """The entry of a name or alias, None when there is none.

    >>> entry_of("swish") is CATALOGUE["silu"]
    True
    """
    return CATALOGUE.get(ALIASES.get(name, name))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one resembles most: capitals, `_` and `-` do not count.

    >>> nearest("LeakyReLU", CATALOGUE), nearest("rleu", CATALOGUE), nearest("qqqq", CATALOGUE)
    ('leaky_relu', 'relu', None)
    """
    plain = {_plain(candidate): candidate for candidate in known}
    found = difflib.get_close_matches(_plain(name[:40]), plain, n=1, cutoff=0.6)
    return plain[found[0]] if found else None


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
