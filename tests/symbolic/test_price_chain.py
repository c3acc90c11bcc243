"""The proof: exact where it should be, and blind to no mutant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sympy as sp

from asymptotix.activations import activation
from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.derivation import Derivation, DerivationError
from asymptotix.symbolic.dual import dual_form, dual_kernel
from asymptotix.symbolic.expectation import Law
from asymptotix.symbolic.formula import Q1, Q2, C
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.price_chain import Chain, chain_derivation, chain_proof
from asymptotix.symbolic.terms import Terms

PROVED = [
    "relu", "relu(x)**3", "abs(x)", "relu(x - 7/10)", "max(-1, min(1, x))", "erf(x)", "x*Phi(x)", "exp(-x**2/2)", "sin(x)",
    "x**3 - x", "max(x, 0) + exp(min(x, 0)) - 1", "exp(-abs(x))", "relu(x)*exp(-x)", "relu(x)*sin(x)", "relu(x) + sin(x)",
    "Phi(x)*sin(x)",
]  # fmt: skip


def chain_of(text: str) -> Chain:
    return chain_proof(lower(activation(text).tree))


@pytest.mark.parametrize("text", PROVED)
def test_proof_reduces_to_zero_at_every_link(text: str) -> None:
    derivation = dual_form(activation(text).tree).derivation
    assert {outcome.kind for outcome in derivation.verify()} == {"exact"}
    assert dual_kernel(text).status.kind == "proved"


Mutation = Callable[[sp.Expr], sp.Expr]
MUTANTS: dict[str, Mutation] = {
    "doubled": lambda k: 2 * k,
    "c to -c": lambda k: k.subs(C, -C),
    "added constant": lambda k: k + sp.Rational(1, 100),
    "times 1 + c^2": lambda k: k * (1 + C**2),
    "one term doubled": lambda k: canonical(k) + sp.Add.make_args(canonical(k))[0],
    "one term dropped": lambda k: canonical(k) - sp.Add.make_args(canonical(k))[-1],
    "q1 to q2": lambda k: k.subs(Q1, Q2),
    "c to c/2": lambda k: k.subs(C, C / 2),
    "added c": lambda k: k + C / 1000,
    "added c^3": lambda k: k + C**3,
    "twice the variance": lambda k: k.subs(Q1, 2 * Q1),
    "sign of the whole": lambda k: -k,
    "added function of the variances": lambda k: k + (Q1 - Q2) ** 2,
}


@pytest.mark.parametrize("text", ["relu", "x*Phi(x)", "erf(x)", "exp(x)", "x**3 - x", "relu(x)*exp(-x)"])
@pytest.mark.parametrize("mutate", MUTANTS.values(), ids=MUTANTS)
def test_mutants_of_the_kernel_are_caught(text: str, mutate: Mutation) -> None:
    chain = chain_of(text)
    (kernel, mean), *below = chain.links
    mutant = mutate(kernel)
    if canonical(mutant - kernel) == 0:
        pytest.skip("this mutation leaves this kernel as it is")
    with pytest.raises(DerivationError):
        chain_derivation(replace(chain, links=((mutant, mean), *below))).verify()


def test_an_error_below_all_digits_is_never_called_proved() -> None:
    """It passes every numeric check, and takes the word "proved" away."""
    chain = chain_of("relu")
    (kernel, mean), *below = chain.links
    derivation = chain_derivation(replace(chain, links=((kernel + sp.Rational(1, 10**60), mean), *below)))
    assert derivation.verify()
    assert not derivation.proved


@pytest.mark.parametrize("text", ["relu(x)**2", "max(x, 0) + exp(min(x, 0)) - 1", "x*erf(x)", "max(-1, min(1, x))"])
@pytest.mark.parametrize("factor", [2, -1, sp.Rational(999, 1000)])
def test_a_wrong_leaf_is_caught(text: str, factor: sp.Expr) -> None:
    chain = chain_of(text)
    *above, (leaf, mean) = chain.links
    assert leaf != 0
    with pytest.raises(DerivationError):
        chain_derivation(replace(chain, links=(*above, (factor * leaf, mean)))).verify()


def test_a_wrong_mean_is_caught() -> None:
    chain = chain_of("relu")
    (kernel, mean), *below = chain.links
    with pytest.raises(DerivationError, match="start 0"):
        chain_derivation(replace(chain, links=((kernel, 2 * mean), *below))).verify()


@pytest.mark.parametrize("text", ["step(x)*exp(x)", "Phi(x)*exp(x)"])
def test_the_linear_system_catches_a_consistent_error(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kernel of a step or Phi times an exponential is multiplied by exp(c): a chain that feeds on itself might miss it."""
    from asymptotix.symbolic import price_chain

    real = price_chain.gaussian_pair

    def wrong(left: Terms, right: Terms, law: Law) -> sp.Expr:
        value = real(left, right, law)
        steps = all(price_chain._has_steps(side) and not price_chain._singular(side) for side in (left, right))
        return value * sp.exp(C) if steps else value

    monkeypatch.setattr(price_chain, "gaussian_pair", wrong)
    with pytest.raises(DerivationError):
        chain_derivation(chain_of(text)).verify()


@pytest.mark.parametrize("text", ["relu(x)*exp(-x**2/2)"])
def test_what_does_not_close_is_verified_and_not_called_proved(text: str) -> None:
    formula = dual_kernel(text, allow_numeric=False)
    assert formula.status.kind == "verified"
    assert formula.status.digits == 30
    assert "one-dimensional quadrature" in formula.status.route
    assert isinstance(formula.derivation, Derivation)
    assert "numerically checked" in formula.derivation.to_markdown()
    chain = chain_of(text)
    (kernel, mean), *below = chain.links
    with pytest.raises(DerivationError):
        chain_derivation(replace(chain, links=((kernel * (1 + C / 10**20), mean), *below))).verify()


def test_a_kernel_written_with_i_is_real() -> None:
    derivation = dual_form(activation("relu(x)*sin(x)").tree).derivation
    assert derivation.steps[-1].label == "real"
    assert any("entire" in premise for premise in derivation.premises)
    kernel = dual_form(activation("relu(x)*sin(x)").tree).expression
    for rho in (sp.Rational(-999, 1000), sp.Rational(-1, 3), sp.Rational(1, 10**6), sp.Rational(999, 1000)):
        real, imaginary = sp.N(kernel.subs({Q1: 2, Q2: sp.Rational(1, 2), C: rho}), 40).as_real_imag()
        assert abs(imaginary) < abs(real) * sp.Float("1e-30")


@pytest.mark.parametrize(
    "text",
    ["relu(x - 1)*exp(x)", "min(0, 2*(exp(x/2) - 1))", "step(x)*cos(x)", "relu(x - 7/10)*exp(-x/2) + x", "min(x, 0)*exp(x)"],
)  # fmt: skip
def test_steps_times_exponentials_are_proved_with_their_derivative_kernels(text: str) -> None:
    for derivative in (False, True):
        assert dual_kernel(text, derivative=derivative, allow_numeric=False).status.kind == "proved"
