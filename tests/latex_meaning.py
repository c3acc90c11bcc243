"""What a printed formula says: definitions evaluated on demand in an environment of numbers, and the functions it calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import mpmath

__all__ = ["FUNCTIONS", "OPERATIONS", "Env", "Environment", "Functions", "Statement", "Unreadable", "hermite", "phi2"]

Env = dict[str, Any]
Functions = dict[str, list[tuple[list[str], Callable[[Env], Any]]]]


class Unreadable(ValueError):
    """Not in the grammar, or ambiguous."""


def phi2(h: Any, k: Any, r: Any) -> Any:
    """P(Z1 <= h, Z2 <= k) by the conditional law, not by the integral over the correlation."""
    if isinstance(h, mpmath.mpc) or isinstance(k, mpmath.mpc):  # no half-line to integrate over: along the correlation

        def slope(t: Any) -> Any:
            return mpmath.exp((2 * h * k * mpmath.sin(t) - h * h - k * k) / (2 * mpmath.cos(t) ** 2))

        one, two = (mpmath.erfc(-x / mpmath.sqrt(2)) / 2 for x in (h, k))
        return one * two + mpmath.quad(slope, [0, mpmath.asin(r)]) / (2 * mpmath.pi)
    if h > k:
        h, k = k, h
    spread = mpmath.sqrt(1 - r * r)
    knots = sorted({-18, min(h, -1), h} | ({k / r} if r and -18 < k / r < h else set()))
    return mpmath.quad(lambda x: mpmath.npdf(x) * mpmath.ncdf((k - r * x) / spread), [-mpmath.inf, *knots])


def hermite(k: int, x: Any) -> Any:
    previous, current = mpmath.mpf(0), mpmath.mpf(1)
    for j in range(int(k)):
        previous, current = current, x * current - j * previous
    return current


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "*": lambda a, b: a * b, r"\cdot": lambda a, b: a * b, "/": lambda a, b: a / b, r"\bmod": mpmath.fmod,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[..., Any]] = {
    r"\sin": mpmath.sin, r"\cos": mpmath.cos, r"\tan": mpmath.tan, r"\sinh": mpmath.sinh, r"\cosh": mpmath.cosh,
    r"\tanh": mpmath.tanh, r"\coth": mpmath.coth, r"\arcsin": mpmath.asin, r"\arccos": mpmath.acos, r"\arctan": mpmath.atan,
    r"\exp": mpmath.exp, r"\log": mpmath.log, r"\Gamma": mpmath.gamma, r"\Phi": mpmath.ncdf, r"\varphi": mpmath.npdf,
    r"\max": max, r"\min": min, r"\mathrm{erf}": mpmath.erf, r"\mathrm{erfc}": mpmath.erfc, r"\mathrm{erfi}": mpmath.erfi,
    r"\mathrm{sgn}": mpmath.sign, r"\mathrm{Re}": mpmath.re,
}  # fmt: skip


@dataclass
class Statement:
    """What a printed formula says: definitions by name, conditions, and the value of its left-hand side."""

    left: str
    definitions: dict[str, Callable[[Env], Any]] = field(default_factory=dict)
    conditions: list[Callable[[Env], bool]] = field(default_factory=list)

    def __call__(self, **values: Any) -> Any:
        return self.at(self.left, {key: mpmath.mpf(value) for key, value in values.items()})

    def at(self, name: str, values: Mapping[str, Any]) -> Any:
        env = Environment(self, dict(values))
        if not all(condition(env) for condition in self.conditions):
            raise Unreadable("a printed condition fails at this point")
        return env[name]


class Environment(dict):  # type: ignore[type-arg]  # values are numbers and functions
    """Values given, and definitions evaluated on demand."""

    def __init__(self, statement: Statement, values: Env, layer: int | None = None) -> None:
        super().__init__(values)
        self.statement, self.layer = statement, layer

    def __missing__(self, name: str) -> Any:
        definitions = self.statement.definitions
        if name in definitions:
            self[name] = definitions[name](self)
            return self[name]
        generic = re.sub(r"_[12]$", "_i", name)
        if generic != name and generic in definitions:
            return definitions[generic](Environment(self.statement, {**self, "_i": name[-1]}))
        if len(name) == 1 and "k" in self:  # the m of cases with k = 2m and k = 2m + 1
            return mpmath.floor(self["k"] / 2)
        match = re.fullmatch(r"(.*)\^\((\d+|ell|ell-1)\)", name)
        if match is None:
            raise Unreadable(f"{name} is not defined")
        layer = int(match[2]) if match[2].isdigit() else (self.layer or 0) - (match[2] == "ell-1")
        return self.at_layer(match[1], layer)

    def at_layer(self, base: str, layer: int) -> Any:
        key = f"{base}^({layer})"
        if key not in self:
            name = f"{base}^({0 if layer == 0 else 'ell'})"
            generic = re.sub(r"_[12]", "_i", name)
            found = next(n for n in (name, generic) if n in self.statement.definitions)
            inner = Environment(self.statement, {k: v for k, v in self.items() if "^(ell" not in k}, layer)
            if found != name:
                index = base[-1]
                inner["_i"] = index
            self[key] = self.statement.definitions[found](inner)
            self.update({k: v for k, v in inner.items() if re.search(r"\^\(\d+\)$", k)})
        return self[key]
