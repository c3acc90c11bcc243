r"""`closed_form`: the risk theory where it is elementary, as formulas with their derivation, LaTeX, source code and numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

import sympy as sp
from numpy.typing import ArrayLike

from asymptotix.errors import InvalidInputError
from asymptotix.references import bibtex
from asymptotix.symbolic.closed_risk.family import RiskFamily
from asymptotix.symbolic.closed_risk.numbers import ClosedNumbers
from asymptotix.symbolic.closed_risk.printing import body, closed_mathematica, closed_python, left_side
from asymptotix.symbolic.deadline import time_limited
from asymptotix.symbolic.formula import Formula, Status

__all__ = ["ClosedForm", "closed_form", "closed_forms"]

_FAMILIES = {  # name -> module that makes it
    "isotropic_ridge": "isotropic",
    "isotropic_minimum_norm": "isotropic",
    "isotropic_least_squares": "isotropic",
    "ridge_peak": "peaks",
    "two_level_ridge": "two_level",
    "two_level_minimum_norm": "two_level",
    "power_law_2_ridge": "power_law",
    "critical_regime": "critical",
    "linear_features": "linear_features",
    "linear_features_wide": "linear_features",
    "linear_features_narrow": "linear_features",
    "random_features_peak": "peaks",
    "proportional_regime": "proportional",
    "proportional_wide": "proportional_ridgeless",
    "proportional_narrow": "proportional_ridgeless",
}


@dataclass(frozen=True, eq=False, repr=False)
class ClosedForm(Formula):
    """A quantity of the risk theory in closed form: a `Formula` whose arguments have long names too.

    Attributes:
        law: the family: `.title`, `.parameters`, `.root`, `.conditions`, `.hypotheses`, `.asymptotic`.
        quantity: which of its quantities.
    """

    law: RiskFamily = field(kw_only=True)
    quantity: str = field(kw_only=True)

    @property
    def arguments(self) -> dict[str, str]:
        """What `evaluate` takes, and what each argument means."""
        known = {p.symbol: p for p in self.law.parameters}
        return {known[symbol].argument: known[symbol].meaning for symbol in self.symbols}

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """What the formula assumes of the problem, and which branch of the root it takes."""
        return self.law.hypotheses

    def citations(self) -> str:
        """BibTeX of the sources."""
        return bibtex(self.law.sources)

    @time_limited
    def python(self) -> str:
        """A self-contained Python function of the long argument names (NumPy), textbook form; it finds an implicit root itself.

        Raises:
            NotInClosedClassError: the time limit has passed.

        >>> print(closed_form("isotropic_minimum_norm", "bias").python().splitlines()[-1].strip())
        return energy*(n_features - n_samples)/n_features
        """
        return closed_python(self)

    @time_limited
    def mathematica(self) -> str:
        """A self-contained definition in the Wolfram Language, of the long argument names.

        Raises:
            NotInClosedClassError: the form stands over an implicit root.
        """
        return closed_mathematica(self)

    def _assign(self, values: tuple[ArrayLike, ...], named: dict[str, ArrayLike], optional: set[str]) -> dict[str, Any]:
        short = {p.argument: p.symbol.name for p in self.law.parameters}
        known = {short.get(name, name) for name in named}
        if len(known) < len(named):
            raise InvalidInputError("arguments", sorted(named), "given once each, by one of their names")
        allowed = {symbol.name for symbol in self.symbols}
        unused = {p.symbol.name for p in self.law.parameters} - allowed  # this quantity does not depend on them
        kept = {short.get(name, name): value for name, value in named.items() if short.get(name, name) not in unused}
        unknown = sorted(set(kept) - allowed)
        if unknown:
            raise InvalidInputError("arguments", unknown[0], f"one of {', '.join(self.arguments)}")
        missing = [a for a, s in zip(self.arguments, self.symbols, strict=True) if s.name not in kept][len(values) :]
        if missing and len(values) + len(kept) < len(self.symbols):
            raise InvalidInputError(
                "arguments", sorted(named), f"all of {', '.join(self.arguments)}", f"missing: {', '.join(missing)}"
            )
        return super()._assign(values, kept, optional)


def closed_forms() -> dict[str, tuple[str, ...]]:
    """The names that `closed_form` knows, and the quantities of each.

    >>> closed_forms()["random_features_peak"]
    ('test_error',)
    """
    return {name: tuple(_family(name).quantities) for name in _FAMILIES}


def closed_form(name: str, quantity: str = "test_error") -> ClosedForm:
    r"""A quantity of the risk theory in closed form, proved equal to the general formula at that spectrum.

    For instance the test error of ridge regression with p eigenvalues equal to s, at ridge $\lambda$:

    $$ R_{\mathrm{test}} = \frac{n[\kappa^2F^2+(s+\kappa)^2\sigma^2]}{(s+\kappa)\,r},\quad \kappa=\frac{b+r}{2n},\quad
    r=\sqrt{b^2+4n\lambda s},\quad b=\lambda+s(p-n). $$

    Args:
        name: one of `closed_forms()`: "isotropic_ridge" and its ridgeless limits "isotropic_minimum_norm" (n < p) and
            "isotropic_least_squares" (n > p); "two_level_ridge", a cubic, and "two_level_minimum_norm"; "power_law_2_ridge",
            eigenvalues $1/i^2$; "critical_regime", kernel ridge regression at $n\sim\psi d^\ell/\ell!$; "linear_features",
            "proportional_regime" and their ridgeless limits "..._wide" ($p>n$) and "..._narrow" ($p<n$); "ridge_peak" and
            "random_features_peak", the laws at n = p.
        quantity: "test_error", "bias", "variance", "effective_ridge", ...; `closed_forms()[name]` lists them.

    Returns:
        A `ClosedForm`: `.expression` (SymPy, over `.bindings`), `.latex()`, `.evaluate(...)` (stable float64 arrays), `.mp(...)`
        (any number of digits), `.python()`, `.derivation`, `.hypotheses`, `.assumptions`, `.citations()`.

    Raises:
        InvalidInputError: an unknown name or quantity.

    Source:
        [HastieMontanariRossetTibshirani2022], [MisiakiewiczMontanari2023], [MeiMontanari2022],
        [DefilippisLoureiroMisiakiewicz2024].

    >>> form = closed_form("isotropic_minimum_norm")
    >>> form.expression
    F2*(-n + p)/p + p*sigma2/(-n + p)
    >>> form.status.kind, float(form.evaluate(n_samples=100, n_features=200, energy=1, noise_variance=0.25))
    ('proved', 1.0)
    """
    if not isinstance(name, str) or name not in _FAMILIES:
        raise InvalidInputError("name", name, f"one of {', '.join(_FAMILIES)}")
    known = _family(name).quantities
    if not isinstance(quantity, str) or quantity not in known:
        raise InvalidInputError("quantity", quantity, f"one of {', '.join(known)} for {name!r}")
    return _made(name, quantity)


@cache
def _family(name: str) -> RiskFamily:
    make: Callable[[], RiskFamily] = getattr(import_module(f"asymptotix.symbolic.closed_risk.{_FAMILIES[name]}"), name)
    return make()


@cache
@time_limited
def _made(name: str, quantity: str) -> ClosedForm:
    law = _family(name)
    expression = law.quantities[quantity]
    derivation = law.derivation(quantity)
    route = "the general formula at this spectrum, the fixed point solved"
    if law.root is not None and law.needs_root(expression):
        route = "the general formula at this spectrum, over the stated root of an equation"
    return ClosedForm(
        name=f"closed_form({name!r}, {quantity!r})",
        left=left_side(law, quantity),
        symbols=tuple(p.symbol for p in law.parameters_of(expression)),
        expression=expression,
        derivation=derivation,
        status=Status.of(derivation, route),
        bindings=law.definitions_of(expression),
        assumptions=tuple(c.relation for c in law.conditions if isinstance(c.relation, sp.Basic)),
        body=body(law, quantity),
        numbers=ClosedNumbers(law, quantity),
        law=law,
        quantity=quantity,
    )
