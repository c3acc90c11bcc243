r"""Which spherical harmonics a network kernel cannot see: the degrees whose eigenvalue is 0, in every dimension at once.

On the sphere |x|^2 = d the kernel is sum_j c_j t^j with c_j >= 0, t = <x, x'>/d, and its eigenvalue in degree k is
sum_j c_j E[t^j P_k(t)]. The moment E[t^j P_k] is positive for j = k, k + 2, k + 4, ... and 0 for every other j, in every
dimension d >= 2. So

    lambda_k = 0   exactly where c_j = 0 for j = k, k + 2, k + 4, ...,

and for one hidden layer without bias, where the part of s that has the parity of k is a polynomial of degree below k.

Source: [Schoenberg1942] for kernels on the sphere, [Muller1966] for the polynomials; for ReLU [Bach2017].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.symbolic.derivation import Derivation, Step, equation
from asymptotix.symbolic.learnability.degree_set import DegreeSet, degree_text
from asymptotix.symbolic.learnability.network_series import NetworkSeries, network_series
from asymptotix.symbolic.learnability.series_degrees import Degree, Layers

if TYPE_CHECKING:
    from asymptotix.activations import Activation
    from asymptotix.kernels import KernelMap
    from asymptotix.symbolic.formula import Formula

__all__ = ["NullDegrees", "null_degrees"]

_SHOWN = 4  # layers whose degrees the derivation lists


@dataclass(frozen=True)
class NullDegrees:
    """The degrees whose eigenvalue is 0. `k in result` decides one; a good `str` and LaTeX for reports.

    Attributes:
        certain: degrees whose eigenvalue is 0 for certain.
        possible: degrees whose eigenvalue is not known to be positive; the same set unless the question is open.
        reason: why, in a sentence.
        kernel: which kernel, in words.
        dimension: the dimension asked for, or None; the answer is the same in every one.
        derivation: the argument, with checked steps.
    """

    certain: DegreeSet
    possible: DegreeSet
    reason: str
    kernel: str
    dimension: int | None
    derivation: Derivation

    @property
    def decided(self) -> bool:
        """Whether every degree is known to be null or not."""
        return self.certain == self.possible

    @property
    def finite(self) -> bool:
        """Whether finitely many degrees are null, which means none.

        Raises:
            HypothesisError: not decided.
        """
        return self._settled().finite

    @property
    def empty(self) -> bool:
        """Whether no degree is null.

        Raises:
            HypothesisError: not decided.
        """
        return self._settled().empty

    @property
    def smallest(self) -> int | None:
        """The smallest degree that is null for certain."""
        return self.certain.smallest

    def contains(self, k: int) -> bool:
        """Whether the eigenvalue of degree k is 0.

        Raises:
            InvalidInputError: k is not an integer >= 0.
            HypothesisError: not decided for this degree.
        """
        if self.certain.contains(k) != self.possible.contains(k):
            raise HypothesisError(f"whether degree {k} is null is not decided: {self.reason}")
        return self.certain.contains(k)

    def __contains__(self, k: int) -> bool:
        return self.contains(k)

    def up_to(self, k: int) -> list[int]:
        """The null degrees <= k.

        Raises:
            HypothesisError: not decided for one of them.
        """
        return [j for j in range(k + 1) if j in self]

    def _settled(self) -> DegreeSet:
        if not self.decided:
            raise HypothesisError(f"the null degrees are not decided: {self.reason}")
        return self.certain

    def __str__(self) -> str:
        if self.decided:
            return str(self.certain)
        known = "no null degree known" if self.certain.empty else f"{self.certain}"
        return f"{known}; not decided: {self.possible}"

    def __repr__(self) -> str:
        return f"NullDegrees({self}: {self.kernel}; {self.reason})"

    def latex(self) -> str:
        """The set of null degrees in LaTeX.

        Raises:
            HypothesisError: not decided.
        """
        return rf"\{{k : \lambda_k = 0\}} = {self._settled().latex()}"

    def _repr_latex_(self) -> str | None:
        return rf"$\displaystyle {self.latex()}$" if self.decided else None


def null_degrees(
    activation: Activation | Formula | KernelMap | str,
    *,
    layers: Layers = "all",
    bias_variance: float = 0,
    depth: int = 1,
    weight_variance: float = 1,
    dimension: int | None = None,
) -> NullDegrees:
    r"""The degrees k with $\lambda_k = 0$ on the sphere $|x|^2 = d$, for a kernel of a wide network with Gaussian weights.

    $\lambda_k = \sum_j c_j E[t^j P_k(t)]$ for the kernel $\sum_j c_j t^j$, so that the answer is the same in every dimension.

    Args:
        activation: an Activation or its text; or a kernel (`nngp_kernel(...)`, `tangent_kernel(...)`, a KernelMap), which brings
            the other arguments with it.
        layers: "last", the random-feature kernel; "first", the tangent kernel of the first layer; "all", the tangent kernel.
        bias_variance: b >= 0.
        depth: hidden layers, 1 to 1000.
        weight_variance: w > 0; only the finiteness of the kernel depends on it.
        dimension: d >= 2, kept in the answer; None for all of them.

    Returns:
        A `NullDegrees`: `3 in result`, `.finite`, `.up_to(10)`, `.reason`, `.derivation`. Where the question cannot be decided
        (`.decided`), asking for an open degree raises.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: a tangent kernel of a discontinuous activation; an activation that is not square integrable.

    Source: [Schoenberg1942], [Muller1966]; for ReLU [Bach2017].

    >>> null_degrees("relu")
    NullDegrees(odd degrees >= 3: the tangent kernel of relu, one hidden layer, without bias; the odd part is a polynomial ...)
    >>> 5 in null_degrees("relu"), 5 in null_degrees("relu", depth=2), 5 in null_degrees("relu", bias_variance=0.1)
    (True, False, False)
    """
    if dimension is not None and (isinstance(dimension, bool) or not isinstance(dimension, int) or dimension < 2):
        raise InvalidInputError("dimension", dimension, "an integer >= 2, or None for every dimension")
    network = network_series(activation, layers=layers, bias_variance=bias_variance, depth=depth, weight_variance=weight_variance)
    return null_degrees_of(network, dimension)


def null_degrees_of(network: NetworkSeries, dimension: int | None = None) -> NullDegrees:
    """The same for a network that has been checked."""
    certain, possible = (DegreeSet.beyond(network.tops(most=most)) for most in (True, False))
    reason = _reason(network, decided=certain == possible)
    return NullDegrees(certain, possible, reason, str(network), dimension, _derivation(network))


def _reason(network: NetworkSeries, *, decided: bool) -> str:
    finite = [part for part in network.parts if part.least != part.most or part.most != float("inf")]
    named = "; ".join(str(part) for part in finite) or "neither the even nor the odd part of the activation is a polynomial"
    if network.decided and (network.depth > 1 or network.bias_variance > 0):
        top = network.tops(most=True)
        named += f"; the kernel's series has even powers {_extent(top.even)} and odd powers {_extent(top.odd)}"
    return named if decided or not network.decided else f"{named}: not decided"


def _extent(top: Degree) -> str:
    if top is None:
        return "nowhere"
    return "without bound" if top == float("inf") else f"up to degree {degree_text(int(top))}"


def _derivation(network: NetworkSeries) -> Derivation:
    steps = [step for part in network.parts for step in part.steps]
    steps += _moments()
    if network.layers != "last" or network.slopes:
        steps.append(_slope())
    if network.depth > 1 or network.bias_variance > 0:
        steps.append(_parities())
    premises = (
        "Kernels of wide networks are $\\sum_j c_j t^j$ with $c_j \\ge 0$ on the sphere $|x|^2 = d$, $t = \\langle x, x' "
        "\\rangle / d$: with one layer and no bias $c_j$ is a multiple of the squared Hermite coefficient of degree $j$.",
        "The Laplacian of the sphere is self-adjoint, and $P_k$ has the eigenvalue $-k (k+d-2)$ (derivation gegenbauer_ladder).",
        "$P_k$ is orthogonal to polynomials of degree below $k$ and has a positive leading coefficient: $E[t^k P_k] > 0$.",
        *(f"Of {network.activation.name}: {part}." for part in network.parts),
        *_layers(network),
    )
    theorem = tuple(step.label for step in steps if step.label != "Laplacian")
    return Derivation(f"Null degrees of {network}", tuple(steps), premises, ("Schoenberg1942", "Muller1966"), theorem)


def _layers(network: NetworkSeries) -> tuple[str, ...]:
    """The degrees of the series after the first layers, where they are known."""
    if network.slopes or not network.decided:
        return ()
    tops = [(depth, network.tops(most=True, depth=depth)) for depth in range(1, min(network.depth, _SHOWN) + 1)]
    return tuple(f"After layer {depth}: even powers {_extent(top.even)}, odd powers {_extent(top.odd)}." for depth, top in tops)


def _moments() -> list[Step]:
    """The recurrence of E[t^j P_k] in j, by the Laplacian."""
    t, j, k, d = sp.symbols("t j k d", positive=True)
    power, weight = sp.Function("p"), sp.Symbol("m_j")
    laplacian = (1 - t**2) * sp.Derivative(power(t), t, t) - (d - 1) * t * sp.Derivative(power(t), t)
    image = j * (j - 1) * t ** (j - 2) - j * (j + d - 2) * t**j
    return [
        Step(equation(laplacian, image), "The Laplacian of $t^j$.", {power: sp.Lambda((t,), t**j)}, "Laplacian"),
        Step(
            equation((j * (j + d - 2) - k * (k + d - 2)) * weight, (j - k) * (j + k + d - 2) * weight),
            "Against $P_k$, with $m_j = E[t^j P_k]$: $(j - k)(j + k + d - 2)\\,m_j = j (j - 1)\\,m_{j-2}$. So $m_j$ is 0 below "
            "$k$ and for the other parity, and positive for $j = k, k + 2, \\dots$ in every dimension.",
            {},
            "moments",
            ("Laplacian",),
        ),
    ]


def _slope() -> Step:
    t, j = sp.symbols("t j", positive=True)
    power = sp.Function("p")
    why = "The derivative kernel is $\\kappa'(c)$ (Price), so that $t \\kappa'(t)$ has the coefficients $j c_j$."
    return Step(equation(t * sp.Derivative(power(t), t), j * power(t)), why, {power: sp.Lambda((t,), t**j)}, "tangent kernel")


def _parities() -> Step:
    one, two, e1, o1, e2, o2 = sp.symbols("f g e_1 o_1 e_2 o_2")
    claim = equation(one * two, (e1 * e2 + o1 * o2) + (e1 * o2 + o1 * e2))
    why = (
        "Even and odd part of a product of two series. No coefficient is negative, so nothing cancels, and the largest degrees "
        "of either parity add up; a bias adds the power 0 to the even part."
    )
    return Step(claim, why, {one: e1 + o1, two: e2 + o2}, "parities of a product")
