r"""Whether a network kernel can approximate every continuous function: on the sphere, and on every compact set of R^d.

A continuous inner-product kernel is universal on the sphere exactly when no eigenvalue is 0: its space then contains every
polynomial; otherwise every function of it is orthogonal to the harmonics of a null degree. Beyond the sphere a null degree is an
obstruction too, and without bias so is the origin or positive homogeneity; with bias nothing but a polynomial activation is.

Source: [Schoenberg1942] (kernels on the sphere), [MicchelliXuZhang2006] (universal kernels), [LeshnoEtAl1993] (nonpolynomial
activations), [Bach2017] (ReLU without bias).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.symbolic.derivation import Derivation, Step
from asymptotix.symbolic.learnability.counterexample import Counterexample, orthogonality, zonal
from asymptotix.symbolic.learnability.network_series import NetworkSeries, network_series
from asymptotix.symbolic.learnability.obstructions import Obstruction, is_exponential, obstruction_without_bias
from asymptotix.symbolic.learnability.series_degrees import Layers
from asymptotix.symbolic.learnability.vanishing_degrees import NullDegrees, null_degrees_of

if TYPE_CHECKING:
    from asymptotix.activations import Activation
    from asymptotix.kernels import KernelMap
    from asymptotix.symbolic.formula import Formula

__all__ = ["Universality", "universality"]

Domain = Literal["sphere", "all of R^d"]
_DOMAINS = {"sphere": "sphere", "all of R^d": "all of R^d", "R^d": "all of R^d"}
_DENSE = "Polynomials are dense in the continuous functions on a compact set (Stone, Weierstrass)."
_DISCRIMINATES = (
    "A finite signed measure that integrates $s(\\langle w, x \\rangle + \\beta)$ to 0 for almost all $(w, \\beta)$ is 0, "
    "unless $s$ is a polynomial [LeshnoEtAl1993]: with a bias the weights of the first layer reach all $(w, \\beta)$. So the "
    "kernel of $s$ is universal, and that of $s'$."
)
_DEEPER = (
    "If the kernel $S$ of the layers below is universal, so is $E[s(U)s(U')]$ for the Gaussian process $U$ with covariance $S$: "
    "its paths come close to every continuous function, and $s$ takes two values. Sums with other kernels, and products with "
    "kernels positive on the diagonal, keep universality."
)


@dataclass(frozen=True)
class Universality:
    """The verdict. `bool(verdict)` is refused while it is open.

    Attributes:
        universal: True, False, or None where it is not decided.
        domain: "sphere" or "all of R^d" (every compact subset of it).
        kernel: which kernel, in words.
        reason: why, in a sentence.
        null_degrees: the degrees whose eigenvalue on the sphere is 0.
        counterexample: a function that cannot be approximated, and its distance; None unless `universal` is False.
        derivation: the argument, with checked steps.
    """

    universal: bool | None
    domain: Domain
    kernel: str
    reason: str
    null_degrees: NullDegrees
    counterexample: Counterexample | None
    derivation: Derivation

    def __bool__(self) -> bool:
        """Whether it is universal.

        Raises:
            HypothesisError: not decided.
        """
        if self.universal is None:
            raise HypothesisError(f"whether {self.kernel} is universal on the {self.domain} is not decided: read .reason")
        return self.universal

    @property
    def outcome(self) -> str:
        """One of "universal", "not universal", "not decided"."""
        return {True: "universal", False: "not universal", None: "not decided"}[self.universal]

    def __repr__(self) -> str:
        where = "on the sphere" if self.domain == "sphere" else "on R^d"
        example = f"; out of reach: {self.counterexample}" if self.counterexample else ""
        return f"Universality({self.outcome} {where}: {self.kernel}; {self.reason}{example})"

    def latex(self) -> str:
        """The verdict in LaTeX (amsmath, amssymb)."""
        functions = r"C(\mathbb{S}^{d-1})" if self.domain == "sphere" else r"C(X),\ X \subset \mathbb{R}^d \text{ compact}"
        relation = {True: "=", False: r"\ne", None: r"\overset{?}{=}"}[self.universal]
        verdict = rf"\overline{{\mathcal{{H}}}} {relation} {functions}"
        return rf"{verdict}, \quad {self.counterexample.latex()}" if self.counterexample else verdict

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


def universality(
    activation: Activation | Formula | KernelMap | str,
    *,
    depth: int = 1,
    bias_variance: float = 0,
    layers: Layers = "all",
    weight_variance: float = 1,
    domain: Domain = "sphere",
) -> Universality:
    r"""Whether the space of a wide network's kernel is dense in the continuous functions.

    Args:
        activation: an Activation or its text; or a kernel, which brings the other arguments with it.
        depth: hidden layers, 1 to 1000.
        bias_variance: b >= 0.
        layers: "last", the random-feature kernel; "first", the tangent kernel of the first layer; "all", the tangent kernel.
        weight_variance: w > 0; only the finiteness of the kernel depends on it.
        domain: "sphere", $|x|^2 = d$ in any dimension d >= 2; or "all of R^d", on every compact subset.

    Returns:
        A `Universality`: `.universal` (None where it is not decided), `.reason`, `.null_degrees`, `.counterexample`,
        `.derivation`.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: a tangent kernel of a discontinuous activation; an activation that is not square integrable.

    Source: [Schoenberg1942], [MicchelliXuZhang2006], [LeshnoEtAl1993]; for ReLU [Bach2017].

    >>> verdict = universality("relu")
    >>> verdict.universal, str(verdict.null_degrees), verdict.counterexample.expression
    (False, 'odd degrees >= 3', t*(d*t**2 + 2*t**2 - 3)/(d - 1))
    >>> bool(universality("relu", depth=2)), bool(universality("relu", depth=2, domain="all of R^d"))
    (True, False)
    """
    if domain not in _DOMAINS:
        raise InvalidInputError("domain", domain, "'sphere' or 'all of R^d'")
    network = network_series(activation, layers=layers, bias_variance=bias_variance, depth=depth, weight_variance=weight_variance)
    null = null_degrees_of(network)
    return _on_sphere(network, null) if domain == "sphere" else _on_space(network, null)


def _on_sphere(network: NetworkSeries, null: NullDegrees) -> Universality:
    if not null.certain.empty:
        return _null(network, null, "sphere")
    if not null.decided:
        return _verdict(network, null, None, "sphere", null.reason)
    why = f"every eigenvalue is positive, so that the space contains every polynomial on the sphere: {null.reason}"
    return _verdict(network, null, True, "sphere", why, premises=(_DENSE,))


def _on_space(network: NetworkSeries, null: NullDegrees) -> Universality:
    domain: Domain = "all of R^d"
    if network.bias_variance == 0:
        found = obstruction_without_bias(network)
        if found is not None:
            return _obstructed(network, null, found)
    if not null.certain.empty:
        return _null(network, null, domain)
    if network.bias_variance > 0 and any(part.least == math.inf for part in network.parts):
        why = "with a bias the kernel of every activation that is no polynomial is universal, at every depth"
        return _verdict(network, null, True, domain, why, premises=(_DISCRIMINATES, _DEEPER), sources=("LeshnoEtAl1993",))
    if network.bias_variance == 0 and is_exponential(network.activation):
        why = (
            "the kernel of the first layer is the exponential of a multiple of the inner product, up to factors of |x| and |x'|, "
            "and no Taylor coefficient of the exponential is 0"
        )
        return _verdict(network, null, True, domain, why, premises=(_DENSE, _DEEPER), sources=("MicchelliXuZhang2006",))
    why = "no obstruction known: every degree is there on the sphere, and no theorem used here decides beyond it"
    return _verdict(network, null, None, domain, why if null.decided else null.reason)


def _null(network: NetworkSeries, null: NullDegrees, domain: Domain) -> Universality:
    """A null degree: the polynomial of that degree is orthogonal to the space, on the sphere and so on any set around it."""
    k = null.smallest
    assert k is not None  # the caller has looked
    where = "" if domain == "sphere" else " already on the sphere"
    why = f"the eigenvalues of {null.certain} are 0{where}: {null.reason}"
    return _verdict(network, null, False, domain, why, counterexample=zonal(k), steps=orthogonality(k))


def _obstructed(network: NetworkSeries, null: NullDegrees, found: Obstruction) -> Universality:
    return _verdict(network, null, False, "all of R^d", found.reason, counterexample=found.counterexample, steps=found.steps)


def _verdict(
    network: NetworkSeries,
    null: NullDegrees,
    universal: bool | None,
    domain: Domain,
    reason: str,
    *,
    counterexample: Counterexample | None = None,
    steps: tuple[Step, ...] = (),
    premises: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
) -> Universality:
    own = null.derivation
    title = f"Universality of {network} on the {domain}" if domain == "sphere" else f"Universality of {network} on R^d"
    derivation = replace(
        own,
        title=title,
        steps=(*own.steps, *steps),
        premises=(*own.premises, *premises),
        source=tuple(dict.fromkeys((*own.source, *sources))),
        theorem=tuple(step.label for step in steps) or own.theorem,
    )
    return Universality(universal, domain, str(network), reason, null, counterexample, derivation)
