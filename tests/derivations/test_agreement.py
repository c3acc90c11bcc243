"""The witnesses against the package, in numbers. `test_NAME` is the test of derivations/NAME.py in the table of its README."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

import asymptotix as ax
from asymptotix.symbolic.coefficients.gegenbauer import gegenbauer_coefficient
from asymptotix.symbolic.coefficients.hermite import hermite_coefficient
from asymptotix.symbolic.derivation import resolve
from asymptotix.symbolic.dual import dual_kernel
from asymptotix.symbolic.network import nngp_kernel, tangent_kernel

from .conftest import step

LEVELS, COUNTS, ENERGIES = (1.5, 0.4), (60.0, 90.0), (0.8, 0.3)
SPECTRUM, TARGET = ax.Spectrum(LEVELS, COUNTS), ax.Target(ENERGIES)
NOISE = 0.25
POINT = {**{f"m{i + 1}": m for i, m in enumerate(COUNTS)}, **{f"s{i + 1}": s for i, s in enumerate(LEVELS)}}
EMPTY_LEVEL = {"m3": 1e-30, "s3": 1.0}  # where a witness carries three levels


def side(name: str, label: str, *, left: bool = False, **values: Any) -> float:
    """The right (or left) side of a claim at a point, its symbols given by name."""
    found = step(name, label)
    expression = resolve(found.claim.lhs if left else found.claim.rhs, found.environment)
    renamed = {s: values[_plain(s.name)] for s in expression.free_symbols}
    return float(sp.N(expression.subs({s: _exact(v) for s, v in renamed.items()}), 25))


def _plain(name: str) -> str:
    return name.replace("\\", "").replace("^", "").replace("{", "").replace("}", "").replace("_", "")


def _exact(value: Any) -> sp.Expr:
    return sp.Rational(str(value)) if isinstance(value, int) else sp.Rational(*float(value).as_integer_ratio())


def sums(nu: float, samples: float, features: float) -> dict[str, float]:
    """What the claims about random features call a, c, e, ... at nu_2."""
    share = np.array(LEVELS) / (np.array(LEVELS) + nu)
    t1, t2 = float(np.sum(COUNTS * share)), float(np.sum(COUNTS * share**2))
    pure, mixed = float(np.sum(ENERGIES * (1 - share) ** 2)), float(np.sum(ENERGIES * share * (1 - share)))
    gaps = {"T1": t1, "T2": t2, "a": samples - t1, "c": features - t1, "e": t1 - t2}
    return {**gaps, "B2": pure, "BSigma": mixed, "G": pure + mixed, "n": samples, "p": features, "nu2": nu, "sigma2": NOISE}


def test_arc_cosine() -> None:
    from derivations.arc_cosine import THETA, kernel

    for order, text in enumerate(("step(x)", "relu", "relu(x)**2", "relu(x)**3")):
        formula = dual_kernel(text)
        for theta in (sp.Rational(1, 3), sp.Rational(3, 2), sp.Rational(14, 5)):
            engine = formula.expression.subs(dict(zip(formula.symbols, (1, 1, sp.cos(theta)), strict=True)))
            assert abs(sp.N(kernel(order).subs(THETA, theta), 40) / sp.N(engine, 40) - 1) < sp.Float("1e-35")


def test_compression_bound() -> None:
    from asymptotix.spectra.compression.bound import octave_bound
    from asymptotix.spectra.compression.octave import HALF_WIDTH as TAU

    for nodes in (5, 17):
        slope = nodes / side("compression_bound", "slope", tau=TAU)
        bracket = side("compression_bound", "worst", D=slope, tau=TAU)
        left_out = ((1 + TAU) / (1 - TAU)) ** 2  # the bound drops it, being negative
        assert octave_bound(nodes) * np.cosh(nodes * np.arccosh(1 / TAU)) == pytest.approx(bracket + left_out, rel=1e-12, abs=0)


def test_eigenvalue_decay() -> None:
    """Exponents and prefactors by the poles, against those by ratios of successive eigenvalues."""
    from derivations.eigenvalue_decay import D, prefactor

    weights = 2 * sp.pi  # f and g are 2 pi times the kernels
    for layers, nu, strength, label in (
        ("last", sp.Rational(3, 2), sp.Rational(1, 3) * 2 ** sp.Rational(3, 2), "random features"),
        ("first", sp.S.Half, -sp.sqrt(2), "tangent kernel"),
    ):
        for d in (3, 10, 25):
            found = ax.eigenvalue_decay("relu", d, layers=layers)
            assert side("eigenvalue_decay", label, d=d) == float(found.degree_exponent)
            witness = sp.N(prefactor(nu, strength / weights).subs(D, d), 30)
            assert abs(witness / sp.N(found.prefactor, 30) - 1) < sp.Float("1e-25")


def test_funk_hecke() -> None:
    from derivations.rectified_gegenbauer import D, value

    spectrum = ax.activation_spectrum("relu", dimension=12, max_degree=6)
    radius = sp.sqrt(12)  # the package's points lie on the sphere of radius sqrt(d)
    witness = [float(sp.N(_in_full(value(1, k)).subs(D, 12) * radius, 25)) ** 2 for k in range(7)]
    assert list(spectrum.eigenvalues) == pytest.approx(witness, rel=1e-12, abs=0)


def _in_full(expression: sp.Expr) -> sp.Expr:
    from derivations.rectified_gegenbauer import at_zero, half_moment, middle

    return resolve(expression, {**at_zero(), **half_moment(), **middle()})


def test_gegenbauer_ladder() -> None:
    """The recurrence of the witness gives SciPy's polynomials, and its slope formula their derivatives."""
    from scipy.special import eval_gegenbauer

    from derivations.gegenbauer_ladder import BELOW, HERE, D, K, T, above

    def polynomial(k: int, d: float, t: float) -> float:
        index = d / 2 - 1
        return float(eval_gegenbauer(k, index, t) / eval_gegenbauer(k, index, 1.0))

    for k, d, t in ((1, 3, 0.3), (4, 7, -0.6), (9, 20, 0.45)):
        values = {HERE(T): polynomial(k, d, t), BELOW(T): polynomial(k - 1, d, t), K: k, D: d, T: t}
        assert float(above().subs(values)) == pytest.approx(polynomial(k + 1, d, t), rel=1e-10, abs=0)
        slope = k * (polynomial(k - 1, d, t) - t * polynomial(k, d, t)) / (1 - t * t)
        raised = k * (k + d - 2) / (d - 1) * polynomial(k - 1, d + 2, t)
        assert slope == pytest.approx(raised, rel=1e-10, abs=0)


def test_gradient_flow() -> None:
    """A flow of matrices obeys the bound with the squared singular value; without the square it is broken."""
    generator = np.random.default_rng(1)
    jacobian, start = 0.3 * generator.normal(size=(5, 9)), generator.normal(size=5)
    values, vectors = np.linalg.eigh(jacobian @ jacobian.T)
    smallest = float(np.sqrt(values[0]))
    assert smallest < 1
    for t in (0.5, 2.0, 30.0):
        loss = 0.5 * float(np.sum((np.exp(-values * t) * (vectors.T @ start)) ** 2))
        initial = 0.5 * float(start @ start)
        assert loss <= initial * np.exp(-2 * smallest**2 * t)
        witness = side("gradient_flow", "attained", t=t, sigma=smallest, r1=float(np.sqrt(2 * initial)))
        assert witness == pytest.approx(initial * np.exp(-2 * smallest**2 * t), rel=1e-12, abs=0)
    assert loss > initial * np.exp(-2 * smallest * t)  # the slip: sigma_min where its square stands


def test_interpolation_peak() -> None:
    samples, ridge = float(sum(COUNTS)), 1e-14
    curve = ax.risk(ax.RidgeRegression(SPECTRUM, TARGET, noise_variance=NOISE), n_samples=samples, ridge=ridge)
    height = side("interpolation_peak", "ridge: peak", sigma2=NOISE, **POINT, **EMPTY_LEVEL)
    assert float(curve.test_error) * np.sqrt(ridge) == pytest.approx(height, rel=1e-6, abs=0)
    half = 80.0
    model = ax.RandomFeatures(SPECTRUM, TARGET, noise_variance=NOISE)
    features = ax.risk(model, n_samples=half, n_features=half, ridge=1e-10)
    parts = sums(float(features.effective_ridge), half, half)
    parts["a"] = np.sqrt(1e-10 * half / parts["nu2"])
    split = side("interpolation_peak", "features: peak with its remainder", **parts)
    assert float(features.test_error) == pytest.approx(split, rel=1e-9, abs=0)


def test_isotropic_ridge() -> None:
    for samples, ridge in ((40, 3.0), (200, 1e-3), (100, 1e-9)):
        solved = ax.effective_ridge(ax.Spectrum([0.7], [100]), n_samples=samples, ridge=ridge)
        witness = side("isotropic_ridge", "closed form", n=samples, p=100, s=0.7, **{"lambda": ridge})
        assert float(solved.value) == pytest.approx(witness, rel=1e-12, abs=0)


def test_kernel_trick() -> None:
    generator = np.random.default_rng(2)
    data, labels, point, ridge = generator.normal(size=(6, 4)), generator.normal(size=6), generator.normal(size=4), 0.3
    primal = point @ np.linalg.solve(data.T @ data + ridge * np.eye(4), data.T @ labels)
    dual = (data @ point) @ np.linalg.solve(data @ data.T + ridge * np.eye(6), labels)
    assert primal == pytest.approx(dual, rel=1e-12, abs=0)


def test_linearization() -> None:
    """The kernel of the witness, averaged over many neurons, is the package's tangent kernel."""
    neurons, dimension, generator = 200_000, 3, np.random.default_rng(3)
    x, z = np.array([1.0, 0.4, -0.7]), np.array([0.2, 1.1, 0.5])
    weights = generator.normal(size=(neurons, dimension)) / np.sqrt(dimension)
    h, g = weights @ x, weights @ z
    # gamma^2 = 1/N, outer weights of modulus 1; inputs of norm sqrt(d) |.|, so <x, z> is divided by d
    draws = np.maximum(h, 0) * np.maximum(g, 0) + (x @ z) / dimension * (h > 0) * (g > 0)
    exact = float(tangent_kernel("relu").evaluate(x @ x / dimension, z @ z / dimension, x @ z / dimension))
    assert abs(draws.mean() - exact) < 5 * draws.std() / np.sqrt(neurons)


def test_optimal_ridge() -> None:
    prior, counts = 0.02, np.array(COUNTS)
    model = ax.RidgeRegression(SPECTRUM, ax.Target(prior * counts * np.array(LEVELS)), noise_variance=NOISE)
    errors = ax.risk(model, n_samples=100, ridge=np.array([0.98, 1.0, 1.02]) * NOISE / prior).test_error
    assert errors[1] < min(errors[0], errors[2])
    kappa = float(ax.effective_ridge(SPECTRUM, n_samples=100, ridge=NOISE / prior).value)
    least = side("optimal_ridge", "least error", n=100, c=prior, kappa=kappa)
    assert float(errors[1]) == pytest.approx(least, rel=1e-12, abs=0)


def test_price() -> None:
    """The engine's kernel of an activation, differentiated numerically in the covariance, is its derivative kernel."""
    for name in ("gelu", "erf", "relu"):
        kernel, slope = dual_kernel(name), dual_kernel(name, derivative=True)
        values = dict(zip(kernel.symbols, (sp.Rational(6, 5), sp.Rational(3, 4), sp.Rational(2, 5)), strict=True))
        c, step_ = kernel.symbols[2], sp.Rational(1, 10**12)
        up, down = (sp.N(kernel.expression.subs({**values, c: values[c] + s * step_}), 50) for s in (1, -1))
        assert float((up - down) / (2 * step_)) == pytest.approx(float(sp.N(slope.expression.subs(values), 30)), rel=1e-15, abs=0)


def test_proportional_regime() -> None:
    """The published polynomials, at the package's effective ridge, are the package's bias and variance."""
    d, samples, features, ridge = 50, 150.0, 100.0, 2.0
    slope, tail = 0.8, 0.5
    model = ax.RandomFeatures(ax.Spectrum([slope**2 / d], [d], tail=tail**2), ax.Target([1.0]), noise_variance=1.0)
    curve = ax.risk(model, n_samples=samples, n_features=features, ridge=ridge)
    kappa = float(curve.effective_ridge) * d / tail**2
    zeta = slope / tail
    t = 1 / kappa + zeta**2 / (zeta**2 + kappa)
    from derivations.proportional_regime import CHI, PSI1, PSI2, ZETA, polynomials

    point = {CHI: -1 / kappa, ZETA: zeta, PSI1: features / d, PSI2: samples / d}
    found = {name: float(value.subs(point)) for name, value in polynomials().items()}
    assert features / d * samples / d * (ridge / (samples / d) / tail**2) == pytest.approx(
        kappa * (features / d - t) * (samples / d - t), rel=1e-12, abs=0
    )
    assert float(curve.bias) == pytest.approx(found["E_1"] / found["E_0"], rel=1e-12, abs=0)
    assert float(curve.variance) == pytest.approx(found["E_2"] / found["E_0"], rel=1e-12, abs=0)


def test_random_features_risk() -> None:
    model = ax.RandomFeatures(SPECTRUM, TARGET, noise_variance=NOISE)
    for samples, features, ridge in ((100.0, 70.0, 0.5), (60.0, 140.0, 0.01)):
        curve = ax.risk(model, n_samples=samples, n_features=features, ridge=ridge)
        parts = sums(float(curve.effective_ridge), samples, features)
        for field in ("bias", "variance", "train_error", "squared_norm"):
            label = {"train_error": "training error", "squared_norm": "norm"}.get(field, field)
            witness = side("random_features_risk", label, **parts)
            assert float(getattr(curve, field)) == pytest.approx(witness, rel=1e-11, abs=0), field


def test_random_features_scalar_equation() -> None:
    samples, features, ridge = 100.0, 70.0, 0.5
    solved = ax.effective_ridge(SPECTRUM, n_samples=samples, n_features=features, ridge=ridge)
    point = {"n": samples, "p": features, "nu2": float(solved.value), **POINT}
    assert side("random_features_scalar_equation", "scalar equation", **point) == pytest.approx(
        ridge * features, rel=1e-12, abs=0
    )
    rates = (
        ax.effective_ridge(SPECTRUM, n_samples=samples, n_features=features, ridge=ridge * (1 + s * 1e-4)).value for s in (1, -1)
    )
    up, down = (float(rate) for rate in rates)
    slope = side("random_features_scalar_equation", "derivative", **point)
    assert features / slope == pytest.approx((up - down) / (2e-4 * ridge), rel=1e-6, abs=0)


def test_rectified_gegenbauer() -> None:
    from derivations.rectified_gegenbauer import DEGREES, D, value

    texts = ("step(x)", "relu", "relu(x)**2", "relu(x)**3")
    for order, text in enumerate(texts):
        for degree in DEGREES:
            engine = gegenbauer_coefficient(text, degree, sp.Symbol("d"))
            (symbol,) = engine.expression.free_symbols or {sp.Symbol("d")}
            for dimension in (5, 30):
                witness = sp.N(_in_full(value(order, degree)).subs(D, dimension), 40)
                assert abs(witness - sp.N(engine.expression.subs(symbol, dimension), 40)) <= sp.Float("1e-35") * abs(witness)


def test_rectified_hermite() -> None:
    from derivations.rectified_hermite import coefficient

    for order, text in enumerate(("step(x)", "relu", "relu(x)**2", "relu(x)**3")):
        for degree in range(9):
            engine = sp.N(hermite_coefficient(text, degree).expression, 40)
            assert abs(sp.N(coefficient(order, degree), 40) - engine) <= sp.Float("1e-35") * abs(engine)


def test_relu_gegenbauer() -> None:
    from derivations.relu_gegenbauer import MIDDLE, D, coefficient, polynomials

    density = sp.gamma(D / 2) / (sp.sqrt(sp.pi) * sp.gamma((D - 1) / 2))
    for degree in (0, 2, 4, 6):
        at_zero = polynomials()[degree].subs(sp.Symbol("t", real=True), 0)
        witness = coefficient(sp.Integer(degree), at_zero).subs(MIDDLE, density).subs(D, 9)
        engine = gegenbauer_coefficient("relu", degree, 9).expression
        assert float(sp.N(witness / engine, 30)) == pytest.approx(1.0, rel=1e-15, abs=0)


def test_relu_null_degrees() -> None:
    """The series has the squared Hermite coefficients of the package, and its gaps are the null degrees."""
    from derivations.relu_null_degrees import COEFFICIENT, INDEX, coefficient

    for i in range(4):
        witness = resolve(COEFFICIENT(INDEX), coefficient()).subs(INDEX, i)
        hermite = hermite_coefficient("relu", 2 * i + 2).expression
        assert sp.simplify(witness - hermite**2 / sp.factorial(2 * i + 2)) == 0
    assert ax.null_degrees("relu").up_to(9) == [3, 5, 7, 9]
    assert ax.null_degrees("relu", depth=2).empty
    eigenvalues = ax.kernel_spectrum(tangent_kernel("relu"), dimension=7, max_degree=9).eigenvalues
    assert [k for k, value in enumerate(eigenvalues) if value == 0] == [3, 5, 7, 9]


def test_ridge_fixed_point() -> None:
    solved = ax.effective_ridge(SPECTRUM, n_samples=100, ridge=2.0)
    point = {"n": 100, "kappa": float(solved.value), **POINT, **EMPTY_LEVEL}
    curve = ax.risk(ax.RidgeRegression(SPECTRUM, TARGET), n_samples=100, ridge=2.0)
    witness = 100 / side("ridge_fixed_point", "split form", **point)
    assert float(curve.overfitting_coefficient) == pytest.approx(witness, rel=1e-12, abs=0)


def test_ridge_training_error() -> None:
    curve = ax.risk(ax.RidgeRegression(SPECTRUM, TARGET, noise_variance=NOISE), n_samples=100, ridge=2.0)
    point = {"n": 100, "kappa": float(curve.effective_ridge), "sigma2": NOISE, **POINT,
             **{f"e{i + 1}": e for i, e in enumerate(ENERGIES)}}  # fmt: skip
    for label, field in (("training error", "train_error"), ("norm", "squared_norm")):
        assert float(getattr(curve, field)) == pytest.approx(side("ridge_training_error", label, **point), rel=1e-11, abs=0)


def test_ridgeless_limits() -> None:
    isotropic = ax.RidgeRegression(ax.Spectrum([0.7], [100]), ax.Target([1.3]), noise_variance=NOISE)
    few, many = (ax.risk(isotropic, n_samples=n, ridge=0.0) for n in (40, 250))
    point = {"p": 100, "e1": 1.3, "sigma2": NOISE}
    rows = (("n < p: bias", 40, few.bias), ("n < p: variance", 40, few.variance), ("n > p: variance", 250, many.variance))
    for label, samples, value in rows:
        witness = side("ridgeless_limits", f"ridge, {label}", n=samples, **point)
        assert float(value) == pytest.approx(witness, rel=1e-12, abs=0), label
    model = ax.RandomFeatures(SPECTRUM, TARGET, noise_variance=NOISE)
    for samples, features, label in ((60.0, 120.0, "features, n < p"), (120.0, 60.0, "features, n > p")):
        curve = ax.risk(model, n_samples=samples, n_features=features, ridge=0.0)
        witness = side("ridgeless_limits", label, **sums(float(curve.effective_ridge), samples, features))
        assert float(curve.test_error) == pytest.approx(witness, rel=1e-11, abs=0)


def test_tangent_depth_recursion() -> None:
    """The recursion, with the package's dual kernels, gives the package's deep tangent kernel; on the diagonal q a layer."""
    kernel, slope = dual_kernel("relu"), dual_kernel("relu", derivative=True)
    variances, covariance = [2.0 * 0.9, 2.0 * 1.4], 2.0 * 0.3
    tangent = covariance
    for _ in range(3):
        above = 2.0 * float(kernel.evaluate(*variances, covariance))
        tangent = above + 2.0 * tangent * float(slope.evaluate(*variances, covariance))
        variances, covariance = [2.0 * float(kernel.evaluate(q, q, q)) for q in variances], above
    deep = tangent_kernel("relu", depth=3, weight_variance=2)
    assert float(deep.evaluate(0.9, 1.4, 0.3)) == pytest.approx(tangent, rel=1e-12, abs=0)
    assert float(deep.evaluate(0.9, 0.9, 0.9)) == pytest.approx((3 + 1) * 2 * 0.9, rel=1e-12, abs=0)
    features = nngp_kernel("relu", depth=3, weight_variance=2)
    assert float(features.evaluate(0.9, 0.9, 0.9)) == pytest.approx(2 * 0.9, rel=1e-12, abs=0)


def test_tangent_spectrum() -> None:
    dimension = 11
    middle = float(sp.N(sp.gamma(sp.Rational(11, 2)) / (2 * sp.sqrt(sp.pi) * sp.gamma(6)), 30))  # E t_+
    kernel = tangent_kernel("relu", layers="first").kernel
    spectrum = ax.kernel_spectrum(kernel, dimension=dimension, max_degree=3)
    witness = side("tangent_spectrum", "ReLU, degree 2", M=middle, d=dimension)
    assert float(spectrum.eigenvalues[2]) == pytest.approx(witness, rel=1e-12, abs=0)
    assert [float(m) for m in spectrum.multiplicities] == pytest.approx(
        [1.0, *(side("tangent_spectrum", "multiplicity", k=k, d=dimension) for k in (1, 2, 3))], rel=1e-12, abs=0
    )


def test_two_layer_relu_tangent() -> None:
    from derivations.two_layer_relu_tangent import PAIR, TANGENT

    formula, point = tangent_kernel("relu"), (sp.Rational(13, 10), sp.Rational(7, 10), sp.Rational(-2, 5))
    environment = step("two_layer_relu_tangent", "tangent kernel").environment
    witness = resolve(TANGENT(*PAIR), environment).subs(dict(zip(PAIR, point, strict=True)))
    engine = formula.expression.subs(dict(zip(formula.symbols, point, strict=True)))
    assert abs(sp.N(witness, 40) / sp.N(engine, 40) - 1) < sp.Float("1e-35")
