"""The documentation builds without a warning and asks nothing of any network (notebooks are run by test_notebooks.py)."""

from __future__ import annotations

import html
import re
import runpy
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.problems.loader import load_problem
from asymptotix.problems.template import TEMPLATE_KINDS

ROOT = Path(__file__).parents[1]
EXAMPLES = ("ridge", "kernel_ridge", "random_features")
# what a browser fetches by itself; links that a reader may click are not among it
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|embed)\b[^>]*\bsrc=["'](?:https?:)?//|<link\b[^>]*\bhref=["'](?:https?:)?//|"""
    r"""url\(["']?(?:https?:)?//|@import\s+["'](?:https?:)?//"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "sphinx", "-q", "--fail-on-warning", "-b", "html", "-D", "nb_execution_mode=off"]
    done = subprocess.run([*build, str(ROOT / "docs"), str(out)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return out


def test_a_page_for_each_notebook_and_for_the_conventions(site: Path) -> None:
    pages = {path.stem for path in site.glob("*.html")}
    assert pages >= {"index", "conventions", "api"} | {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    files = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert len(files) > 8
    assert {path.name: found.group(0) for path in files if (found := FETCHED.search(path.read_text(encoding="utf-8")))} == {}


def test_the_pattern_knows_a_request_when_it_sees_one() -> None:
    assert FETCHED.search('<script async src="https://cdn.example/mathjax.js">')
    assert FETCHED.search("@font-face{src:url(//fonts.example/a.woff2)}")
    assert not FETCHED.search('<a class="reference external" href="https://example.org">')


def test_formulas_come_with_the_vendored_katex(site: Path) -> None:
    page = (site / "conventions.html").read_text(encoding="utf-8")
    assert page.count('class="tex"') > 20
    assert (site / "_static" / "katex.min.js").stat().st_size > 200_000
    assert list((site / "_static" / "fonts").glob("*.woff2"))


def cells(page: str) -> list[str]:
    """The code of a page, in order."""
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", EXAMPLES)
def test_the_example_of_a_page_runs_compares_with_its_formulas_and_draws(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    namespace: dict[str, object] = {}
    compared: list[int] = []
    honest = np.testing.assert_allclose

    def count(left: np.ndarray, right: np.ndarray, rtol: float) -> None:
        compared.append(np.size(left))
        honest(left, right, rtol=rtol)

    monkeypatch.setattr(np.testing, "assert_allclose", count)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for code in cells(page):
            exec(compile(code, f"{page}.md", "exec"), namespace)
    assert max(compared) >= 40
    assert namespace["display"].lines_  # type: ignore[attr-defined] # a CurveDisplay
    if page == "kernel_ridge":
        assert namespace["verdict"].outcome == "agree"  # type: ignore[attr-defined] # a Verdict


def test_an_example_with_another_formula_would_fail() -> None:
    wrong = cells("ridge")[0].replace("(1 - df2 / n", "(1 - 2 * df2 / n")
    assert wrong != cells("ridge")[0]
    with pytest.raises(AssertionError, match="Not equal"):
        exec(compile(wrong, "ridge.md", "exec"), {})


def test_every_public_name_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\.\. auto\w+:: asymptotix\.(\w+)$", text, flags=re.MULTILINE))
    assert documented == set(ax.__all__)


@pytest.mark.long
@pytest.mark.parametrize(
    "page",
    [
        "beyond_kernels",
        "closed_forms",
        "formulas",
        "non_gaussian",
        "numerics",
        "optimal_ridge",
        "random_features_limits",
        "spectra",
        "universality",
        "verdict",
    ],
)
def test_the_cells_of_a_page_run_without_a_warning(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    namespace: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for code in cells(page):
            exec(compile(re.sub(r"^:tags:.*$", "", code, flags=re.MULTILINE), f"{page}.md", "exec"), namespace)


@pytest.mark.parametrize("spoiled", [False, True])
def test_the_page_for_users_of_neural_tangents_compares_with_the_recursion(spoiled: bool) -> None:
    page, namespace = cells("coming_from_neural_tangents"), dict[str, object]()
    assert len(page) == 4
    code = "\n".join(page)
    if not spoiled:
        exec(compile(code, "coming_from_neural_tangents.md", "exec"), namespace)
        return
    wrong = code.replace("T = w * T *", "T = T *")
    assert wrong != code
    with pytest.raises(AssertionError, match="Not equal"):
        exec(compile(wrong, "coming_from_neural_tangents.md", "exec"), namespace)


def problem_files() -> list[str]:
    text = (ROOT / "docs" / "problem_files.md").read_text(encoding="utf-8")
    return re.findall(r"^```toml\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", problem_files(), ids=lambda text: tomllib.loads(text)["model"]["kind"])
def test_every_problem_file_of_the_documentation_has_a_risk(text: str, tmp_path: Path) -> None:
    file = tmp_path / "problem.toml"
    file.write_text(text, encoding="utf-8")
    problem = load_problem(file)
    grid: dict[str, Any] = problem.grid
    curve = ax.risk(problem.model, **grid)
    assert curve.test_error.size == np.prod([values.size for values in problem.grid.values()])
    assert np.all(curve.test_error > problem.model.noise_variance)


def test_every_kind_of_model_has_a_problem_file_in_the_documentation() -> None:
    shown = [tomllib.loads(text)["model"] for text in problem_files()]
    assert {model["kind"] for model in shown} == set(TEMPLATE_KINDS)
    assert {model["kernel"]["name"] for model in shown if "kernel" in model} == {"tangent", "nngp"}


def test_docstrings_are_rendered(site: Path) -> None:
    page = (site / "api.html").read_text(encoding="utf-8")
    assert page.count('class="tex"') > 40
    assert page.count("Raises<") > 15
    text = html.unescape(re.sub(r"<pre>.*?</pre>", "", page, flags=re.DOTALL))
    assert "Args:" not in text
    assert not re.search(
        r"(?<!`)`[A-Za-z_.]+`", re.sub(r'<(script|div class="tex"|span class="tex").*?</', "", text, flags=re.DOTALL)
    )


def test_only_formulas_and_names_of_a_docstring_are_markup() -> None:
    convert = runpy.run_path(str(ROOT / "docs" / "docstrings.py"))["convert"]
    plain = ["r = |x|^2 with $a_*$ and `n_", "features`; s_ * 2, $n$ths", "", ".. math::", "   |x|_*", "", ">>> f_ * g_"]
    assert convert(plain) == [
        r"r = \|x\|^2 with :math:`a_*` and ``n_",
        r"features``; s\_ \* 2, :math:`n`\ ths",
        "", ".. math::", "   |x|_*", "", ">>> f_ * g_",
    ]  # fmt: skip
