from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from asymptotix.errors import MissingExtraError
from asymptotix.figures import demo
from asymptotix.figures.digits import digits, load_digits_data
from asymptotix.figures.double_descent import double_descent
from asymptotix.figures.formulas import formula_sheet
from asymptotix.figures.outcome import Outcome


def silent(done: int, total: int) -> None:
    assert 0 <= done <= total


def test_digits_are_centred_and_have_the_norm_of_the_sphere() -> None:
    rows, labels = load_digits_data()
    assert rows.shape == (1797, 64)
    assert np.sum(rows**2, axis=1) == pytest.approx(np.full(1797, 64.0), rel=1e-12, abs=0)
    assert set(labels) == {-1.0, 1.0}


def test_double_descent_with_few_trials(tmp_path: Path) -> None:
    outcomes = double_descent(tmp_path, silent, n_trials=12)
    assert [o.verdict for o in outcomes] == ["agree", "agree"]
    assert "6 heavy-tailed points by medians only" in outcomes[1].evidence
    assert (tmp_path / "double_descent_ridgeless_verdict.csv").read_text().count(",False") == 6
    assert {"double_descent.png", "double_descent.pdf", "double_descent_theory.csv", "double_descent.tex"} <= {
        p.name for p in tmp_path.iterdir()
    }


def test_digits_with_few_trials(tmp_path: Path) -> None:
    outcomes = digits(tmp_path, silent, trials=(20, 2), feature_trials=3)
    assert outcomes[0].verdict in ("agree", "not enough evidence")
    assert [o.verdict for o in outcomes[1:]] == ["measured"] * 3
    assert (tmp_path / "digits_learning_curve.png").stat().st_size > 10_000
    assert (tmp_path / "digits_random_features.pdf").exists()


def test_formula_sheet(tmp_path: Path) -> None:
    (outcome,) = formula_sheet(tmp_path, silent)
    assert outcome.verdict == "agree"
    assert outcome.evidence.startswith("7 of 7 proved")
    assert r"\sqrt{q_1 q_2 - c^2}" in (tmp_path / "formulas.tex").read_text().replace("q_{1}", "q_1").replace(
        "q_{2}", "q_2"
    ).replace("c^{2}", "c^2")


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [(("agree", "measured"), 0), (("agree", "disagree"), 1), (("not enough evidence", "agree"), 5), (("skipped", "agree"), 0)],
)
def test_exit_status(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verdicts: tuple[str, ...], status: int) -> None:
    def job(folder: Path, progress: object) -> list[Outcome]:
        return [Outcome(f"claim {i}", verdict, "evidence") for i, verdict in enumerate(verdicts)]

    monkeypatch.setattr(demo, "_jobs", lambda: (("one", job),))
    assert demo.run_demo(tmp_path / "out", progress=False) == status
    assert "claim 0" in (tmp_path / "out" / "summary.md").read_text()


def test_a_missing_extra_skips_its_job_and_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def job(folder: Path, progress: object) -> list[Outcome]:
        raise MissingExtraError("scikit-learn", "data")

    monkeypatch.setattr(demo, "_jobs", lambda: (("digits", job),))
    assert demo.run_demo(tmp_path, progress=False) == 0
    assert "asymptotix[data]" in (tmp_path / "summary.md").read_text()
    assert "skipped" in capsys.readouterr().out


def test_without_matplotlib_numbers_and_verdicts_remain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    outcomes = double_descent(tmp_path, silent, n_trials=2)
    assert outcomes[-1].verdict == "skipped"
    assert "asymptotix[plot]" in outcomes[-1].evidence
    assert (tmp_path / "double_descent_simulation.csv").exists()
    assert not (tmp_path / "double_descent.png").exists()
