"""The mistakes that one makes with these theorems: each is put in place of what is right, and the derivation refuses to print."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import sympy as sp

from asymptotix.symbolic.derivation import DerivationError, Step, equation

from .conftest import NAMES, load, step

Change = Callable[[Step], Step]
Lookup = Callable[[str], sp.Symbol]


def symbols_of(old: Step) -> Lookup:
    """The symbols of a step by name."""
    parts = [old.claim.lhs, old.claim.rhs, *old.environment, *old.environment.values()]
    known = {s.name: s for part in parts for s in part.atoms(sp.Symbol)}
    return lambda name: known[name]


def claim(change: Callable[[sp.Expr, Lookup], sp.Expr]) -> Change:
    """Another right side."""
    return lambda old: dataclasses.replace(old, claim=equation(old.claim.lhs, change(old.claim.rhs, symbols_of(old))))


def put(name: str, value: Callable[[sp.Symbol], sp.Expr]) -> Change:
    """Something else in place of a symbol of the right side."""
    return claim(lambda right, s: right.subs(s(name), value(s(name)), simultaneous=True))


def exchange(one: str, two: str) -> Change:
    """Two symbols of the right side exchanged."""
    return claim(lambda right, s: right.subs({s(one): s(two), s(two): s(one)}, simultaneous=True))


def definition(name: str, change: Callable[[sp.Expr, Lookup], sp.Expr]) -> Change:
    """Another value of a name."""

    def changed(old: Step) -> Step:
        (key,) = [key for key in old.environment if str(key) == name]
        value, lookup = old.environment[key], symbols_of(old)
        new = sp.Lambda(value.variables, change(value.expr, lookup)) if isinstance(value, sp.Lambda) else change(value, lookup)
        return dataclasses.replace(old, environment={**old.environment, key: new})

    return changed


def exponent(change: Callable[[sp.Expr, sp.Symbol], sp.Expr]) -> Change:
    """Another exponent of the exponential, given that and sigma."""
    return claim(lambda right, s: right.replace(sp.exp, lambda e: sp.exp(change(e, s("sigma")))))


def only_exponential(right: sp.Expr, _: Lookup) -> sp.Expr:
    """The exponential without what stands before it."""
    return sp.Mul(*(factor for factor in sp.Mul.make_args(right) if isinstance(factor, sp.exp)))


def negative_root(right: sp.Expr, _: Lookup) -> sp.Expr:
    """The other sign before a square root."""
    return right.replace(lambda e: e.is_Pow and e.exp == sp.S.Half, lambda e: -e)


TWICE, OPPOSITE = claim(lambda right, _: 2 * right), claim(lambda right, _: -right)

MUTATIONS: tuple[tuple[str, str, str, Change], ...] = (
    ("arc_cosine", "closed form 1", "the kernel of Cho and Saul, twice as large", TWICE),
    ("arc_cosine", "radius 2", "a radial moment of another order", claim(lambda right, s: right * s("r"))),
    ("compression_bound", "double pole", "half the double pole", claim(lambda right, s: right / 2)),
    ("compression_bound", "square", "the other sign", OPPOSITE),
    ("eigenvalue_decay", "exponent", "k for k + d - 1", put("d", lambda d: d - 1)),
    ("eigenvalue_decay", "random features at the pole", "theta^3 / 6", claim(lambda right, _: right / 2)),
    ("eigenvalue_decay", "random features", "the exponent of the tangent kernel", put("d", lambda d: d - 2)),
    ("funk_hecke", "Gegenbauer's equation", "one dimension more", put("d", lambda d: d + 1)),
    ("funk_hecke", "degree 3", "another sign", OPPOSITE),
    ("gegenbauer_ladder", "one step of Rodrigues", "1/(d - 1) for 1/d", put("d", lambda d: d - 1)),
    ("gegenbauer_ladder", "eigenvalue equation", "k (k + d - 1) for k (k + d - 2)", put("d", lambda d: d + 1)),
    ("gradient_flow", "attained", "the smallest singular value without its square", exponent(lambda e, s: e / s)),
    ("gradient_flow", "attained", "no initial loss", claim(only_exponential)),
    ("gradient_flow", "attained", "half the rate", exponent(lambda e, s: e / 2)),
    ("gradient_flow", "mean squared loss", "no 1/n", claim(lambda right, s: right * s("n"))),
    ("interpolation_peak", "ridge: peak", "no factor 1/2", TWICE),
    ("interpolation_peak", "features: peak", "a peak like 1/lambda", put("lambda", lambda ridge: ridge**2)),
    ("isotropic_ridge", "closed form", "the other root", claim(negative_root)),
    ("isotropic_ridge", "fewer samples than features", "p/n for p/n - 1", claim(lambda right, s: right + s("s"))),
    ("kernel_trick", "intertwining", "the factor of the other side",
     claim(lambda right, _: right.args[0] * right.args[0] * right.args[1])),
    ("kernel_trick", "completed square", "the residual once", claim(lambda right, _: sp.MatAdd(*right.args[:-1]))),
    ("linearization", "first order", "the two parts exchanged", exchange("a_1", "alpha_1")),
    ("linearization", "kernel", "gamma for gamma squared", claim(lambda right, s: right / s("gamma"))),
    ("optimal_ridge", "isotropic prior", "the prior variance where its inverse is", put("c", lambda c: 1 / c)),
    ("optimal_ridge", "stationary", "no factor 2", claim(lambda right, _: right / 2)),
    ("price", "heat equation in a variance", "no factor 1/2", TWICE),
    ("price", "by parts", "another sign of the product of derivatives",
     claim(lambda right, _: -right.args[0] + sp.Add(*right.args[1:]))),
    ("proportional_regime", "chi", "chi = 1/kappa", OPPOSITE),
    ("proportional_regime", "first equation", "samples for features", claim(lambda right, s: s("psi_2"))),
    ("proportional_regime", "bias", "zeta for zeta squared", definition("E_1", lambda e, s: e.subs(s("zeta") ** 2, s("zeta")))),
    ("random_features_risk", "bias", "the first resolvent to the power -1",
     definition(r"\mathrm{Bias}", lambda e, s: e.subs(s("B_2"), s("B_2") + s(r"B_\Sigma")))),
    ("random_features_risk", "training error", "the factor a/n once", claim(lambda right, s: right * s("n") / s("a"))),
    ("random_features_scalar_equation", "scalar equation", "p - T1 twice", put("n", lambda n: sp.Symbol("p", positive=True))),
    ("random_features_scalar_equation", "stable form", "c for c + e",
     claim(lambda right, s: right * (s("c") + s("e")) / s("c"))),
    ("rectified_gegenbauer", "closed form", "one factor 2 less", TWICE),
    ("rectified_gegenbauer", "recurrence", "no alternating sign", OPPOSITE),
    ("rectified_hermite", "recurrence", "k - n for n - k", OPPOSITE),
    ("rectified_hermite", "ReLU", "(-1)^m for (-1)^(m + 1)", OPPOSITE),
    ("relu_gegenbauer", "two degrees on", "k + d for k + d + 1", put("d", lambda d: d - 1)),
    ("relu_null_degrees", "only the first degree", "a factor that vanishes at k = 3", put("k", lambda k: k - 2)),
    ("relu_null_degrees", "second layer", "no mixed term",
     claim(lambda right, s: sp.Function("e")(s("t")) ** 2 + s("t") ** 2 / 4)),
    ("relu_null_degrees", "homogeneous", "homogeneous of degree 2", claim(lambda right, s: right * s("a"))),
    ("ridge_fixed_point", "derivative", "df1 for df2", claim(lambda right, s: s("n") - sp.Function("d_1")(s("kappa")))),
    ("ridge_training_error", "training error", "the squared factor once",
     claim(lambda right, s: right * s("n") * s("kappa") / sp.Function(r"\lambda")(s("kappa")))),
    ("ridgeless_limits", "ridge, n < p: bias", "1 - p/n", exchange("n", "p")),
    ("ridgeless_limits", "features, n > p", "no n/(n - p)", claim(lambda right, s: right * (s("n") - s("p")) / s("n"))),
    ("tangent_depth_recursion", "linear network", "no weight variance", put("w", lambda w: sp.S.One)),
    ("tangent_depth_recursion", "ReLU on the diagonal", "slopes of probability 1",
     definition(r"\dot{\kappa}", lambda e, s: 2 * e)),
    ("tangent_spectrum", "weighted mean", "the two weights exchanged",
     claim(lambda right, s: right.replace(sp.Function("kappa"), lambda j: sp.Function("kappa")(2 * s("k") - j)))),
    ("tangent_spectrum", "norm", "norms that are multiplicities", definition("N", lambda e, s: 1 / e)),
    ("two_layer_relu_tangent", "area", "1/pi for 1/(2 pi)", definition("B", lambda e, s: 2 * e)),
    ("two_layer_relu_tangent", "tangent kernel", "one layer twice", claim(lambda right, s: right + s("c"))),
)  # fmt: skip


def test_every_derivation_has_its_mistakes() -> None:
    assert {name for name, *_ in MUTATIONS} == set(NAMES)


@pytest.mark.parametrize(("name", "label", "mistake", "change"), MUTATIONS, ids=[f"{m[0]}: {m[2]}" for m in MUTATIONS])
def test_a_mistake_is_not_printed(name: str, label: str, mistake: str, change: Change) -> None:
    right, derivation = step(name, label), load(name)
    wrong = change(right)
    assert wrong != right, mistake
    outcome = wrong.check()
    assert not outcome.ok
    before = derivation.steps.index(right)
    changed = dataclasses.replace(derivation, steps=(*derivation.steps[:before], wrong), theorem=())
    changed.__dict__["outcomes"] = (*derivation.outcomes[:before], outcome)  # the steps before it are as they were
    for render in (changed.to_markdown, changed.to_latex, changed.to_document):
        with pytest.raises(DerivationError, match=f"step {before + 1} "):
            render()
