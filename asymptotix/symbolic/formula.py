r"""A closed form with its evidence: expression, status, derivation, LaTeX, source code and stable numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.deadline import time_limited
from asymptotix.symbolic.derivation import Derivation
from asymptotix.symbolic.integrability import conditions_latex
from asymptotix.symbolic.presentation import formula_latex, tidy_braces

if TYPE_CHECKING:
    from mpmath import mpf

    from asymptotix.activations import ActivationFamily
    from asymptotix.kernels import KernelMap
    from asymptotix.kernels.kernel_family import KernelFamily
    from asymptotix.kernels.rectified_power import RectifiedPowerKernel

__all__ = ["Q1", "Q2", "Binding", "C", "Formula", "Numbers", "Status"]

Q1, Q2 = sp.symbols("q1 q2", positive=True)
C = sp.Symbol("c", real=True)
DIGITS, SMALLEST = 18, sp.Float("1e-330")  # of coefficients in `evaluate`: more than float64 holds


@dataclass(frozen=True)
class Status:
    """How sure the closed form is.

    kind: "proved" (every step of the derivation reduces to 0, given its premises), "verified" (some steps hold to `digits`
    digits at random points only) or "numeric" (no closed form: a defining integral and its quadrature). route: how it was
    obtained. reason: for "numeric", why no closed form is known to the engine.
    """

    kind: Literal["proved", "verified", "numeric"]
    digits: int | None
    route: str
    reason: str = ""

    @classmethod
    def of(cls, derivation: Derivation, route: str) -> Status:
        """Run the checks of a derivation and read the status off them."""
        from asymptotix.symbolic.derivation import MIN_DIGITS

        derivation.verify()
        return cls("proved", None, route) if derivation.proved else cls("verified", MIN_DIGITS, route)


class Numbers(Protocol):
    """The numbers of a formula by a route of its own, where the printed form is not the stable or quick one."""

    def evaluate(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """float64 values; arguments by the names of the formula's symbols, broadcast."""

    def precise(self, given: Mapping[str, Any], digits: int) -> mpf:
        """One value to so many digits."""

    def error_bound(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """A bound on the absolute error of `evaluate`; InvalidInputError where that is rounding only."""


@dataclass(frozen=True)
class Binding:
    """`symbol` stands for `expression` in everything that follows."""

    symbol: sp.Symbol
    expression: sp.Expr


@dataclass(frozen=True, eq=False)
class Formula:
    """A closed form of the engine.

    Attributes:
        name: the call that made it, for `repr`.
        left: LaTeX of the left-hand side.
        symbols: the formula's own symbols, in the order of `evaluate`.
        expression: the closed form; with bindings, in terms of the last of them. Of status "numeric": the defining integral,
            unevaluated.
        derivation: the steps that prove it, already checked; None for status "numeric", which proves nothing.
        status: what that check found.
        bindings: definitions to be substituted in order (networks of depth 2 and more), never unrolled.
        kernel: the same kernel in float64, stable at every correlation; None for coefficients. With parameters in the
            activation, a `KernelFamily`, which wants their values.
        body: LaTeX of the whole, where it is more than `left` = `expression`.
        assumptions: relations between the symbols under which the formula holds, () where it holds throughout its domain
            q1, q2 > 0, c^2 <= q1 q2. Outside, the expectation diverges while the expression may still give a number.
        fixed: values that the expression was made for, such as the degree k of a coefficient.
        family: the activation, where it has parameters without a value.
        numbers: where `evaluate`, `mp` and `error_bound` get their numbers, if not from the expression or the kernel.
    """

    name: str
    left: str
    symbols: tuple[sp.Symbol, ...]
    expression: sp.Expr
    derivation: Derivation | None
    status: Status
    bindings: tuple[Binding, ...] = ()
    kernel: KernelMap | KernelFamily | RectifiedPowerKernel | None = None
    assumptions: tuple[sp.Basic, ...] = ()
    body: str = field(default="", repr=False)
    fixed: Mapping[str, int] = field(default_factory=dict)
    family: ActivationFamily | None = None
    numbers: Numbers | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        shown = f"{len(self.bindings)} bindings" if self.bindings else str(self.expression)
        if self.status.kind == "numeric" and not self.bindings:
            average = "an average over the sphere" if "d" in self.fixed else f"E[s(G) He_{self.fixed.get('k', 'k')}(G)]"
            shown = "E[s(u) s(v)]" if self.kernel is not None else average
        where = "".join(f", {relation}" for relation in self.assumptions[:2])
        more = f" and {len(self.assumptions) - 2} more" if len(self.assumptions) > 2 else ""
        valid = f" where{where[1:]}{more}" if where else ""
        return f"<Formula {self.name} = {shown}  [{self.status.kind}{valid}]>"

    @time_limited
    def latex(self) -> str:
        """The formula as a paper prints it (amsmath), left-hand side, definition of theta and assumptions included."""
        if self.body:
            return self.body
        return formula_latex(tidy_braces(self.left), self.expression, conditions_latex(self.assumptions))

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"

    @time_limited
    def python(self) -> str:
        """A self-contained Python function of the formula's symbols, as source text.

        It needs NumPy, and SciPy where the formula has 2F1. Kernels of a x_+^n + b (-x)_+^n (ReLU, step, |x|, ...), networks
        included, agree with `evaluate` to rounding at every correlation. Others are in the textbook form, bindings as
        assignments, with the absolute accuracy of `evaluate` at correlations 1 and -1 and in every dimension; where terms cancel
        near these correlations (thresholds and kinks), a comment in the source says so.

        Raises:
            NotInClosedClassError: the status is "numeric", or the formula has Phi at complex arguments.

        >>> from asymptotix import hermite_coefficient
        >>> print(hermite_coefficient("relu", 2).python().splitlines()[-1].strip())
        return np.sqrt(2)/(2*np.sqrt(np.pi))
        """
        from asymptotix.symbolic.printing.python_source import python_source

        self._require_closed_form()
        return python_source(self)

    @time_limited
    def mathematica(self) -> str:
        """A self-contained definition `name[q1_, q2_, c_] := ...` in the Wolfram Language, with the bindings in a `Module`.

        Phi is written with `Erfc`, Phi2 as an integral for `NIntegrate`, He with `HermiteH`; names without underscores. The text
        is checked by a reader of the test suite, to 25 digits, not by a Wolfram engine.

        Raises:
            NotInClosedClassError: the status is "numeric".

        >>> from asymptotix import gegenbauer_coefficient
        >>> print(gegenbauer_coefficient("relu", 1, sp.Symbol("d")).mathematica().splitlines()[-1])
        gegenbauerCoefficient1[d_] := 1/(2*d)
        """
        from asymptotix.symbolic.printing.mathematica_source import mathematica_source

        self._require_closed_form()
        return mathematica_source(self)

    def to_json(self) -> str:
        """The formula as a JSON object: texts of the expression, the bindings and the cases, LaTeX, sources, status.

        Keys: formula, expression, latex, python, mathematica (null where refused), bindings, cases (value and condition of each),
        symbols, symbol_assumptions, assumptions, fixed, status. `sympy.parse_expr` reads expressions, given the symbols.

        >>> import json
        >>> from asymptotix import dual_kernel
        >>> json.loads(dual_kernel("x").to_json())["expression"]
        'c'
        """
        import json

        from asymptotix.symbolic.printing.formula_record import formula_record

        return json.dumps(formula_record(self), indent=2, allow_nan=False, ensure_ascii=False)

    def _require_closed_form(self) -> None:
        if self.status.kind == "numeric":
            raise NotInClosedClassError(f"{self.name} has no closed form to print ({self.status.reason}): use .evaluate")

    def unroll(self) -> sp.Expr:
        """The expression with its bindings substituted; its size grows geometrically, so at most two layers.

        Raises:
            InvalidInputError: more than two layers.
        """
        layers = sum(binding.symbol.name.startswith("Q1_") for binding in self.bindings[1:])
        if layers > 2:
            raise InvalidInputError("depth", layers, "at most 2 for an unrolled expression", "use .bindings")
        expression = self.expression
        for binding in reversed(self.bindings):
            expression = expression.subs(binding.symbol, binding.expression)
        return expression

    def evaluate(self, *values: ArrayLike, angle: ArrayLike | None = None, **named: ArrayLike) -> NDArray[np.float64]:
        """float64 values; arguments broadcast by NumPy's rules.

        Kernels take (q1, q2, c), or (q1, q2, angle=theta) with theta the angle between u and v, which keeps all digits near
        correlation 1 and -1. Coefficients take their free symbols, by position or by name; a
        degree that the formula was made for may be repeated. Parameters of the activation come last, or by name: alpha=0.3.

        Raises:
            InvalidInputError: a symbol is missing, unknown or given twice.
            HypothesisError: the expectation is infinite there, or a coefficient exceeds 1e308.
            ConvergenceError: the terms of the formula cancel beyond what `mp` follows.
        """
        if self.kernel is not None:
            given = self._assign(values, named, optional={"c"} if angle is not None else set())
            parameters = {p.name: given[p.name] for p in self.family.parameters} if self.family is not None else {}
            kernel: Any = self.kernel
            try:
                return np.asarray(kernel(given["q1"], given["q2"], given.get("c"), angle=angle, **parameters), dtype=np.float64)
            except NotInClosedClassError:  # exp(a x^2) times a step grows too fast for the quadrature
                if self.status.kind == "numeric" or self.bindings or angle is not None:
                    raise
                return self._evaluate_symbols(given)
        if angle is not None:
            raise InvalidInputError("angle", angle, "given for kernels only")
        if self.numbers is not None:
            return self.numbers.evaluate(self._assign(values, named, optional=set()))
        return self._evaluate_symbols(self._assign(values, named, optional=set()))

    def mp(self, *values: Any, digits: int = 40, **named: Any) -> mpf:
        """The value at one point to `digits` digits, as an mpmath number; exact input as int, Fraction, decimal text or mpf.

        Symbols are given by position or, like the parameters of an activation, by name.

        A closed form is evaluated as it is printed; a kernel of status "numeric", and a closed form that is 0/0 at the point
        (thresholds at correlation 1), by quadrature with an error below 10^-digits of its scale.

        Raises:
            InvalidInputError: not one value for each symbol, or one out of range.
            NotInClosedClassError: no digits beyond float64 are known.
        """
        from asymptotix.symbolic.high_precision import high_precision_value

        if self.numbers is not None:
            return self.numbers.precise(self._assign(values, named, optional=set()), digits)
        if named:
            given = self._assign(values, named, optional=set())
            values = tuple(given[symbol.name] for symbol in self.symbols)
        return high_precision_value(self, values, digits)

    def error_bound(self, *values: ArrayLike, angle: ArrayLike | None = None, **named: ArrayLike) -> NDArray[np.float64]:
        """A bound on the absolute error of `evaluate` for a formula that is computed by quadrature; arguments as there.

        Raises:
            InvalidInputError: the formula is evaluated in closed form, where the error is rounding.
        """
        from asymptotix.kernels import KernelMap

        if self.numbers is not None:
            return self.numbers.error_bound(self._assign(values, named, optional=set()))
        if not isinstance(self.kernel, KernelMap):
            raise InvalidInputError("formula", self.name, "a kernel that is computed by quadrature")
        given = self._assign(values, named, optional={"c"} if angle is not None else set())
        return self.kernel.error_bound(given["q1"], given["q2"], given.get("c"), angle=angle)

    def _assign(self, values: tuple[ArrayLike, ...], named: dict[str, ArrayLike], optional: set[str]) -> dict[str, Any]:
        names = [symbol.name for symbol in self.symbols]
        if len(values) > len(names):
            raise InvalidInputError("values", values, f"at most {len(names)} arguments: {', '.join(names)}")
        given: dict[str, Any] = dict(zip(names, values, strict=False))
        for name, value in named.items():
            if name in self.fixed:
                if not np.all(np.asarray(value) == self.fixed[name]):
                    raise InvalidInputError(name, value, f"{self.fixed[name]}: the formula was made for it")
                continue
            if name not in names or name in given:
                raise InvalidInputError("arguments", name, f"each of {', '.join(names)} once")
            given[name] = value
        missing = [name for name in names if name not in given and name not in optional]
        if missing:
            raise InvalidInputError("arguments", sorted(given), f"all of {', '.join(names)}", f"missing: {', '.join(missing)}")
        return given

    def _number(self, point: dict[sp.Symbol, sp.Expr], working: int) -> sp.Expr:
        """The expression at an exact point, to so many working digits."""
        if self.expression.has(sp.gamma):  # of an exact argument it is a factorial: millions of digits in a high dimension
            point = {symbol: sp.Float(value, working + 20) for symbol, value in point.items()}
        return sp.N(self.expression.subs(point), working)

    def _evaluate_symbols(self, given: dict[str, Any]) -> NDArray[np.float64]:
        from asymptotix.symbolic.high_precision import settled_value

        names = [s.name for s in self.symbols]
        arrays = np.broadcast_arrays(*(np.asarray(given[name]) for name in names)) if names else []

        def at(*point: Any) -> float:
            exact = {s: _exact(s.name, value) for s, value in zip(self.symbols, point, strict=True)}
            if self.family is not None:  # refuses what is out of range, such as constants beyond 1e30
                self.family.at(**{p.name: point[names.index(p.name)] for p in self.family.parameters})
            if not all(relation.subs(exact) for relation in self.assumptions):
                raise HypothesisError(f"{self.name} does not exist there: it needs {', '.join(map(str, self.assumptions))}")
            settled = settled_value(self.expression, lambda working: self._number(exact, working), DIGITS, smallest=SMALLEST)
            value = float(settled.as_real_imag()[0])  # of a form in i, whose value is real, rounding leaves an imaginary part
            if np.isinf(value):
                raise HypothesisError(f"{self.name} exceeds 1e308 there: use .mp")
            return value

        if not arrays:
            return np.asarray(at(), dtype=np.float64)
        flat = [at(*point) for point in zip(*(a.ravel().tolist() for a in arrays), strict=True)]
        return np.asarray(flat, dtype=np.float64).reshape(arrays[0].shape)


def _exact(name: str, value: Any) -> sp.Expr:
    """A number as an exact SymPy number."""
    if isinstance(value, int):
        return sp.Integer(value)
    if isinstance(value, float) and np.isfinite(value):
        return sp.Integer(int(value)) if value.is_integer() else sp.Rational(*value.as_integer_ratio())
    raise InvalidInputError(name, value, "a finite number")
