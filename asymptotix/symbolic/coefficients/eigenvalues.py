r"""Eigenvalues of the kernels of a two-layer network on the sphere, in closed form in degree and dimension.

With weights w uniform on the unit sphere of R^d, no bias, inputs of norm r and t the cosine between two of them,

    last layer (random features)   E_w[s(<x,w>) s(<x',w>)]        eigenvalue lambda_k^2,  lambda_k = E[s(r t) P_k(t)]
    first layer (tangent)          t E_w[s'(<x,w>) s'(<x',w>)]    k/(2k+d-2) kappa_{k-1} + (k+d-2)/(2k+d-2) kappa_{k+1}

with kappa_j the eigenvalue of the last-layer kernel of s'. An eigenvalue of degree k has the multiplicity B(d, k), with respect
to the uniform distribution: kernel = sum over k of eigenvalue_k B(d, k) P_k(t).

Source: [Bach2017] for the last layer; the Funk-Hecke formula of [Muller1966] and the recurrence of P_k for the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import sympy as sp

from asymptotix.errors import HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.coefficients.degree_cases import HALF, DegreeCases
from asymptotix.symbolic.coefficients.eigenvalue_numbers import EigenvalueNumbers
from asymptotix.symbolic.coefficients.gegenbauer import (
    ROUTE,
    checked_degree_argument,
    checked_dimension,
    checked_radius,
    sphere_coefficients,
)
from asymptotix.symbolic.coefficients.gegenbauer_degree import PREMISES, distinct, moment_steps
from asymptotix.symbolic.coefficients.gegenbauer_numbers import GegenbauerNumbers
from asymptotix.symbolic.deadline import time_limited
from asymptotix.symbolic.derivation import Derivation, Step, equation
from asymptotix.symbolic.dual import resolve_activation
from asymptotix.symbolic.formula import Formula, Numbers, Status

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["kernel_eigenvalue"]

LAYERS = ("all", "last", "first")
FUNK_HECKE = (
    "The Funk-Hecke formula: $\\mathbb{E}_w[s(\\langle x,w\\rangle)\\,s(\\langle x',w\\rangle)]$ has the eigenvalues "
    "$\\lambda_k^2$ (derivation funk_hecke)."
)


def kernel_eigenvalue(
    activation: Activation | str,
    k: Any,
    d: Any,
    *,
    layers: Literal["all", "last", "first"] = "all",
    radius: Any = 1,
    depth: int = 1,
    weight_variance: float = 1,
    bias_variance: float = 0,
    allow_numeric: bool = True,
) -> Formula:
    r"""Eigenvalue of degree k of the kernels of a network on the sphere: random features, tangent, or their sum.

    With two layers and no bias, weights are uniform on the unit sphere of R^d, inputs have norm `radius`, and t is the cosine of
    two inputs. With another depth or variance the kernel is `nngp_kernel(...)` (layers="last") or `tangent_kernel(...)` between
    inputs of that norm, whose weights are Gaussian and whose first layer has <x,x'>/d in the place of t.

    Args:
        activation: as in `gegenbauer_coefficient`; the first layer needs s' as a function, so that s may not jump.
        k: a degree from 0 to 60, or a SymPy symbol.
        d: dimension, an integer from 2 to 10,000, or a SymPy symbol.
        layers: which weights are trained: "last" for random features, eigenvalue $\lambda_k^2$; "first" for the tangent kernel
            $t\,E[s' s']$, eigenvalue $\frac{k}{2k+d-2}\kappa_{k-1} + \frac{k+d-2}{2k+d-2}\kappa_{k+1}$ with
            $\kappa_j = \lambda_j(s')^2$; "all" for their sum. As in `tangent_kernel`.
        radius: r > 0, a number or a SymPy expression such as sqrt(d).
        depth: hidden layers. Deep kernels have numbers only, at a given k and d, with `error_bound`.
        weight_variance: w > 0; another than 1 takes the kernel of a deep one.
        bias_variance: b >= 0; another than 0 likewise.
        allow_numeric: as in `gegenbauer_coefficient`.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: s jumps and the first layer is trained: its kernel is infinite on the diagonal.
        NotInClosedClassError: no closed form, and k or d is a symbol or `allow_numeric` is False.

    Source: [Bach2017] (last layer); [Muller1966] for the recurrence behind the first.

    >>> k, d = sp.symbols("k d")
    >>> kernel_eigenvalue("relu", 1, d, layers="last").expression
    1/(4*d**2)
    >>> float(kernel_eigenvalue("relu", k, d, layers="first").evaluate(k=3, d=10))
    0.0
    >>> deep = kernel_eigenvalue("relu", 3, 10, depth=2, radius=sp.sqrt(10))
    >>> bool(deep.evaluate() > 1e6 * deep.error_bound())
    True
    """
    if layers not in LAYERS:
        raise InvalidInputError("layers", layers, "'all', 'last' or 'first'")
    degree, dimension = checked_degree_argument(k), checked_dimension(d)
    r = checked_radius(radius, degree, dimension)
    s = resolve_activation(activation)
    if layers != "last" and s.derivative_is_distribution:
        raise HypothesisError(f"{s.name} jumps, so that the tangent kernel of its first layer is infinite: use layers='last'")
    request = Request(s, degree, dimension, r, layers)
    if (depth, weight_variance, bias_variance) != (1, 1, 0):
        return _of_network(request, KernelOptions(depth, weight_variance, bias_variance), allow_numeric=allow_numeric)
    try:
        return _closed_form(request)
    except NotInClosedClassError as refusal:
        if not allow_numeric or isinstance(degree, sp.Symbol) or dimension.is_Symbol or not r.is_number:
            raise
        return _numeric(request, str(refusal).split("; ")[0])


@dataclass(frozen=True)
class Request:
    """The checked arguments of a call."""

    activation: Activation
    degree: sp.Symbol | int
    dimension: sp.Expr
    radius: sp.Expr
    layers: str

    @property
    def degree_symbol(self) -> sp.Symbol:
        """The symbol of the degree, one of its own for a number."""
        return self.degree if isinstance(self.degree, sp.Symbol) else sp.Symbol("k")

    @property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """Of the formula: degree, dimension, others of the radius."""
        own = [s for s in (self.degree, self.dimension) if isinstance(s, sp.Symbol)]
        return (*own, *sorted(self.radius.free_symbols - set(own), key=str))

    def formula(self, **found: Any) -> Formula:
        """With the names and symbols that every eigenvalue has."""
        fixed = {"k": self.degree} if isinstance(self.degree, int) else {}
        fixed |= {} if self.dimension.is_Symbol else {"d": int(self.dimension)}
        options = f", layers={self.layers!r}" + ("" if self.radius == 1 else f", radius={self.radius}")
        return Formula(
            name=f"kernel_eigenvalue({self.activation.name!r}, {self.degree}, {self.dimension}{options})",
            left=self.left,
            symbols=self.symbols,
            fixed=fixed,
            **found,
        )

    @property
    def left(self) -> str:
        """LaTeX of the left-hand side."""
        which = {"all": "", "last": r"^{\mathrm{RF}}", "first": r"^{\mathrm{NT}}"}[self.layers]
        return rf"s{which}_{{{self.degree}}}({self.dimension})"


@dataclass(frozen=True)
class KernelOptions:
    """What makes a network deep."""

    depth: int
    weight_variance: float
    bias_variance: float

    def __str__(self) -> str:
        return f"depth={self.depth}, weight_variance={self.weight_variance}, bias_variance={self.bias_variance}"


def _of_network(request: Request, options: KernelOptions, *, allow_numeric: bool) -> Formula:
    from asymptotix.kernels import KernelMap
    from asymptotix.symbolic.coefficients.network_eigenvalues import network_eigenvalue

    kind: Literal["nngp", "tangent"] = "nngp" if request.layers == "last" else "tangent"
    layers: Any = "all" if kind == "nngp" else request.layers
    depth, w, b = options.depth, options.weight_variance, options.bias_variance
    kernel = KernelMap(request.activation, depth=depth, weight_variance=w, bias_variance=b, kind=kind, layers=layers)
    if not allow_numeric or isinstance(request.degree, sp.Symbol) or request.dimension.is_Symbol:
        raise NotInClosedClassError(
            f"no closed form is known for {options}; integers k and d have a number, with allow_numeric=True"
        )
    name = f"kernel_eigenvalue({request.activation.name!r}, {request.degree}, {request.dimension}"
    name += f", layers={request.layers!r}, {options}" + ("" if request.radius == 1 else f", radius={request.radius}") + ")"
    return network_eigenvalue(kernel, request.degree, int(request.dimension), request.radius, name)


@time_limited
def _closed_form(request: Request) -> Formula:
    k = request.degree_symbol
    parts: list[DegreeCases] = []
    steps: list[Step] = []
    numbers: dict[str, Numbers | None] = {"last": None, "first": None}
    for layer in ("last", "first"):
        if request.layers in ("all", layer):
            own = request.activation if layer == "last" else request.activation.derivative
            coefficients = sphere_coefficients(own, request.dimension, request.radius)
            cases, proof = coefficients.cases(k)
            parts.append(_squared(cases) if layer == "last" else _shifted(cases, k, request.dimension))
            steps.extend(proof)
            symbols = (k, *(s for s in request.symbols if s != k))
            dimension = request.dimension if isinstance(request.dimension, sp.Symbol) else int(request.dimension)
            numbers[layer] = GegenbauerNumbers(coefficients.series, request.radius, symbols, k, dimension)
    cases = parts[0] if len(parts) == 1 else _added(parts[0], parts[1])
    derivation = _derivation(request, tuple(steps))
    symbolic = isinstance(request.degree, sp.Symbol)
    return request.formula(
        expression=cases.expression if symbolic else sp.factor_terms(cases.at(int(request.degree))),
        derivation=derivation,
        status=Status.of(derivation, ROUTE),
        body=cases.latex(request.left) if symbolic else "",
        numbers=EigenvalueNumbers(numbers["last"], numbers["first"], request.degree, request.dimension),
    )


def _squared(cases: DegreeCases) -> DegreeCases:
    """lambda_k^2."""
    exceptions = {degree: value**2 for degree, value in cases.exceptions.items()}
    return replace(cases, even=_square(cases.even), odd=_square(cases.odd), exceptions=exceptions)


def _square(form: sp.Expr) -> sp.Expr:
    """Its sign (-1)^m gone."""
    return (form**2).replace(lambda e: e.is_Pow and e.base == -1, lambda e: sp.S.One if (e.exp / 2).expand().is_integer else e)


def _shifted(cases: DegreeCases, k: sp.Symbol, d: sp.Expr) -> DegreeCases:
    """k/(2k+d-2) kappa_{k-1} + (k+d-2)/(2k+d-2) kappa_{k+1} from the coefficients of s'."""
    kappa = _squared(cases)
    even = _mixed(kappa.odd.subs(HALF, HALF - 1), kappa.odd, 2 * HALF, d)
    odd = _mixed(kappa.even, kappa.even.subs(HALF, HALF + 1), 2 * HALF + 1, d)
    near = {0} | {j + shift for j in cases.exceptions for shift in (-1, 1) if j + shift >= 0}
    exceptions = {j: _mixed(kappa.at(j - 1) if j else sp.S.Zero, kappa.at(j + 1), sp.Integer(j), d) for j in near}
    zero = (even == 0, odd == 0)
    return DegreeCases(k, even, odd, {j: v for j, v in exceptions.items() if v != 0 or not zero[j % 2]})


def _mixed(below: sp.Expr, above: sp.Expr, k: sp.Expr, d: sp.Expr) -> sp.Expr:
    if k == 0:
        return above  # the circle has 0/0 here
    return k / (2 * k + d - 2) * below + (k + d - 2) / (2 * k + d - 2) * above


def _added(one: DegreeCases, two: DegreeCases) -> DegreeCases:
    degrees = {*one.exceptions, *two.exceptions}
    exceptions = {j: one.at(j) + two.at(j) for j in degrees}
    return DegreeCases(one.symbol, one.even + two.even, one.odd + two.odd, exceptions)


def _derivation(request: Request, steps: tuple[Step, ...]) -> Derivation:
    own = () if request.layers == "last" else (_product_step(),)
    return Derivation(
        f"Kernel eigenvalue of degree {request.degree}, layers: {request.layers}",
        (*moment_steps(), *distinct((*steps, *own))),
        (*PREMISES, FUNK_HECKE),
        ("Muller1966", "Bach2017"),
    )


def _product_step() -> Step:
    k, d, t, below, here, above = sp.symbols("k d t P_{k-1} P_k P_{k+1}")
    claim = equation(t * here, k / (2 * k + d - 2) * below + (k + d - 2) / (2 * k + d - 2) * above)
    why = (
        "Multiplication by $t$ moves a degree up and down. Averaged against the kernel of $s'$, whose average with $P_j$ is its "
        "eigenvalue $\\kappa_j$, it gives the eigenvalue of the first layer."
    )
    return Step(claim, why, {above: ((2 * k + d - 2) * t * here - k * below) / (k + d - 2)}, "the factor t")


def _numeric(request: Request, reason: str) -> Formula:
    from asymptotix.symbolic.coefficients.gegenbauer_quadrature import (
        DIGITS,
        QUADRATURE_ROUTE,
        SphereQuadrature,
        defining_average,
        require_numbers,
    )

    degree, d = int(request.degree), int(request.dimension)
    s = request.activation
    require_numbers(s)
    wanted = {layer: request.layers in ("all", layer) for layer in ("last", "first")}
    last = SphereQuadrature(s, request.radius, sp.Symbol("k"), d) if wanted["last"] else None
    first = SphereQuadrature(s.derivative, request.radius, sp.Symbol("k"), d) if wanted["first"] else None
    expression = sp.S.Zero
    if last is not None:
        expression += defining_average(s, degree, d, request.radius) ** 2
    if first is not None:
        averages = [defining_average(s.derivative, j, d, request.radius) ** 2 for j in (abs(degree - 1), degree + 1)]
        expression += _mixed(averages[0], averages[1], sp.Integer(degree), sp.Integer(d))
    return request.formula(
        expression=expression,
        derivation=None,
        status=Status("numeric", DIGITS, QUADRATURE_ROUTE, reason),
        numbers=EigenvalueNumbers(last, first, degree, request.dimension),
    )
