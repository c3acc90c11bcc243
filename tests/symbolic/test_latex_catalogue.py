"""Every formula of the catalogue as it is printed: compiled, parsed, and read back into the same number by another reader."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import mpmath
import pytest
import sympy as sp

from asymptotix.activations.catalogue import CATALOGUE
from asymptotix.errors import AsymptotixError, NotInClosedClassError
from asymptotix.symbolic import (
    Formula,
    arc_cosine_kernel,
    dual_kernel,
    gegenbauer_coefficient,
    hermite_coefficient,
    nngp_kernel,
    tangent_kernel,
)
from tests.latex_reader import read
from tests.latex_tools import NODE, PDFLATEX, katex_errors, overfull_points

DIGITS = 30
NAMES = {"q1": "q_1", "q2": "q_2"}
LIGHT = ("relu", "gelu", "elu", "shifted_relu")
NOISE = re.compile(r"\\operatorname|\{\\left\(|(?<!;)\\, ?[-+]|\\left\(\\right\)|\{ \}")
K = sp.Symbol("k", integer=True, nonnegative=True)
D = sp.Symbol("d")


def kernels(name: str, depths: tuple[int, ...] = (1, 3)) -> Iterator[Callable[[], Formula]]:
    yield lambda: dual_kernel(name)
    yield lambda: dual_kernel(name, derivative=True)
    for depth in depths:
        options = {"depth": depth, "weight_variance": 2, "bias_variance": 0.1}
        yield lambda options=options: nngp_kernel(name, **options)
        yield lambda options=options: tangent_kernel(name, **options)


def coefficients(name: str, degrees: int = 9) -> Iterator[Callable[[], Formula]]:
    yield lambda: hermite_coefficient(name, K)
    for k in range(degrees):
        yield lambda k=k: hermite_coefficient(name, k)
    for k in range(min(degrees, 7)):
        yield lambda k=k: gegenbauer_coefficient(name, k, D)


def made(jobs: Iterator[Callable[[], Formula]]) -> list[Formula]:
    """Those that have a formula; what the engine refuses is tested elsewhere."""
    found = []
    for job in jobs:
        try:
            found.append(job())
        except AsymptotixError:
            continue
    return found


def point(formula: Formula, seed: int = 0) -> dict[str, mpmath.mpf]:
    """A seeded random point of the formula's domain, as decimals."""
    random_numbers = random.Random(f"{formula.name} {seed}")
    q1, q2 = (mpmath.mpf(random_numbers.randint(50, 150)) / 100 for _ in range(2))
    known = {"q1": q1, "q2": q2, "c": mpmath.mpf(random_numbers.randint(-60, 60)) / 100 * mpmath.sqrt(q1 * q2)}
    known |= {"d": mpmath.mpf(random_numbers.randint(3, 30)), "k": mpmath.mpf(random_numbers.randint(0, 12))}
    return {s.name: known.get(s.name, mpmath.mpf(random_numbers.randint(2, 9)) / 7) for s in formula.symbols}


def agrees(text: str, formula: Formula, at: dict[str, mpmath.mpf], guards: tuple[int, ...] = (12, 1500)) -> bool:
    """Whether the printed text has the formula's value, to 28 digits of it (or of 1e-6, where it is small)."""
    statement = read(text)
    for guard in guards:  # three layers of exp or sinh are powers of powers of ten, and lose as many digits
        with mpmath.workdps(DIGITS + guard):
            got = statement(**{NAMES.get(name, name): value for name, value in at.items()})
            try:
                want = formula.mp(**at, digits=DIGITS + 5) if at else formula.mp(digits=DIGITS + 5)
            except NotInClosedClassError:  # all digits cancel: the value is 0
                return bool(got == 0) and abs(float(formula.evaluate())) < 1e-14
            if abs(got - want) <= mpmath.mpf(10) ** (2 - DIGITS) * max(abs(want), mpmath.mpf(10) ** -6):
                return True
    return False


def require_plain(formula: Formula) -> str:
    """The text, free of what a journal would not print."""
    text = formula.latex()
    assert not NOISE.search(text), formula.name
    assert not re.search(r"(?<![a-zA-Z\\_])i(?![a-zA-Z])|(?<![a-zA-Z\\])I(?![a-zA-Z])", text), formula.name
    return text


@pytest.mark.parametrize("name", LIGHT)
def test_kernels_read_back_to_their_values(name: str) -> None:
    depths = {"relu": (1, 3), "gelu": (1,)}.get(name, ())  # Phi_2 takes seconds to read; the long test reads all
    for formula in made(kernels(name, depths)):
        assert agrees(require_plain(formula), formula, point(formula)), formula.name


@pytest.mark.parametrize("name", LIGHT)
def test_coefficients_read_back_to_their_values(name: str) -> None:
    for formula in made(coefficients(name, degrees=5)):
        assert agrees(require_plain(formula), formula, point(formula)), formula.name


@pytest.mark.parametrize("order", [*range(7), 0.5, sp.Symbol("n")])
def test_arc_cosine_kernels_read_back_to_their_values(order: object) -> None:
    formula = arc_cosine_kernel(order)
    assert agrees(require_plain(formula), formula, point(formula))


def test_a_real_formula_through_complex_arguments_is_printed_with_real_parts() -> None:
    formula = dual_kernel("relu(x)*sin(x)")
    text = formula.latex()
    outside = re.sub(r"\\mathrm\{Re\}\\,\\Phi_2\\left\(.*?;", "", text)
    assert text.count(r"\mathrm{Re}") == 2
    assert not re.search(r"(?<![a-zA-Z\\_])i(?![a-zA-Z])", outside)
    assert agrees(text, formula, point(formula))


MUTATIONS = {
    "sign": (" + ", " - "),
    "factor 2": (r"{2 \pi}", r"{\pi}"),
    "swapped inputs": ("{q_1 q_2", "{q_1 q_1"),
    "sign of theta": (r"\pi - \theta", r"\pi + \theta"),
    "arcsine for arccosine": (r"\arccos", r"\arcsin"),
    "an exponent": ("c^2", "c^3"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_the_reader_sees_a_mistake(mutation: str) -> None:
    formula = dual_kernel("relu")
    text, at = formula.latex(), point(formula)
    wrong = text.replace(*MUTATIONS[mutation], 1)
    assert wrong != text
    assert agrees(text, formula, at)
    assert not agrees(wrong, formula, at)


def test_the_reader_sees_q1_and_q2_exchanged_in_an_asymmetric_term() -> None:
    formula = dual_kernel("shifted_relu")
    text, at = formula.latex(), point(formula)
    wrong = text.replace(r"\varphi\left(\frac{1}{\sqrt{q_1}}\right)", r"\varphi\left(\frac{1}{\sqrt{q_2}}\right)", 1)
    assert wrong != text
    assert not agrees(wrong, formula, at, guards=(12,))  # Phi_2 at 1500 digits is beyond mpmath's erfc


def light_texts() -> list[str]:
    found = [formula.latex() for name in LIGHT for formula in made(kernels(name, depths=(1,)))]
    found += [formula.latex() for formula in made(coefficients("elu", degrees=4))]
    return [*found, dual_kernel("tanh").latex(), arc_cosine_kernel(sp.Symbol("n")).latex()]


@pytest.mark.skipif(PDFLATEX is None, reason="no pdflatex in PATH")
def test_formulas_compile_with_amsmath_and_fit_the_page(tmp_path: Path) -> None:
    assert max(overfull_points(light_texts(), tmp_path), default=(0.0, ""))[0] < 15
    with pytest.raises(AssertionError, match="File ended"):
        overfull_points([r"\frac{1"], tmp_path)
    assert overfull_points(["c + " * 80 + "c"], tmp_path)[0][0] > 100


@pytest.mark.skipif(NODE is None, reason="no Node in PATH")
def test_formulas_parse_in_strict_katex(tmp_path: Path) -> None:
    assert katex_errors(light_texts(), tmp_path) == []
    assert len(katex_errors([r"\frac{1", r"\unknowncommand", "c"], tmp_path)) == 2


@pytest.fixture(scope="module")
def everything() -> list[Formula]:
    jobs = [job for name in CATALOGUE for job in (*kernels(name), *coefficients(name))]
    return made(iter([*jobs, *(lambda n=n: arc_cosine_kernel(n) for n in range(7))]))


@pytest.mark.long
@pytest.mark.skipif(PDFLATEX is None, reason="no pdflatex in PATH")
def test_the_catalogue_compiles_and_fits_the_page(everything: list[Formula], tmp_path: Path) -> None:
    assert len(everything) > 600
    wide = [entry for entry in overfull_points([f.latex() for f in everything], tmp_path) if entry[0] > 40]
    assert wide == []


@pytest.mark.long
@pytest.mark.skipif(NODE is None, reason="no Node in PATH")
def test_the_catalogue_parses_in_strict_katex(everything: list[Formula], tmp_path: Path) -> None:
    assert katex_errors([formula.latex() for formula in everything], tmp_path) == []


@pytest.mark.long
@pytest.mark.parametrize("name", CATALOGUE)
def test_the_catalogue_reads_back_to_its_values(name: str) -> None:
    wrong = []
    for formula in made(iter([*kernels(name), *coefficients(name)])):
        text = require_plain(formula)
        if formula.status.kind != "numeric" and not agrees(text, formula, point(formula)):
            wrong.append(formula.name)
    assert wrong == []
