from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import asymptotix as ax

from .conftest import Run, Start

RIDGE = ("--model", "ridge-regression", "--eigenvalues", "1", "--multiplicities", "200", "--energies", "1")
PROBLEM = (*RIDGE, "--noise-variance", 0.25, "--n-samples", "50,100,300", "--ridge", "0.5,5")


def expected() -> ax.RiskCurve:
    model = ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.25)
    return ax.risk(model, n_samples=np.array([50, 100, 300])[:, None], ridge=np.array([0.5, 5.0]))


def test_risk_prints_what_the_function_returns(run: Run) -> None:
    content = json.loads(run("risk", *PROBLEM, "--json").stdout)
    for name, values in expected().values.items():
        assert content["fields"][name] == values.tolist()
    assert content["grid"] == {"n_samples": [[50], [100], [300]], "ridge": [0.5, 5]}
    assert "sum of squared errors" in content["convention"]
    assert content["references"]


def test_risk_table_csv_and_latex(run: Run, tmp_path: Path) -> None:
    assert "test_error" in run("risk", *PROBLEM).stdout
    printed = run("risk", *PROBLEM, "--csv", "-").stdout
    rows = list(csv.DictReader(line for line in printed.splitlines() if not line.startswith("#")))
    assert [float(row["test_error"]) for row in rows] == expected().test_error.ravel().tolist()
    assert run("risk", *PROBLEM, "--csv", tmp_path / "a.csv").stdout == ""
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == printed
    assert r"\begin{tabular}" in run("risk", *PROBLEM, "--latex").stdout


@pytest.mark.parametrize("command", ["risk", "check"])
def test_figures_are_written(run: Run, tmp_path: Path, command: str) -> None:
    figure = tmp_path / "new" / "figure.pdf"
    trials = ("--n-trials", 3) if command == "check" else ()
    run(command, *PROBLEM, *trials, "--plot", figure)
    assert figure.read_bytes().startswith(b"%PDF")


def test_agreement_exits_with_0_and_prints_the_evidence(run: Run) -> None:
    result = run("check", *PROBLEM, "--n-trials", 40)
    assert result.exit_code == 0, result.output
    assert "test_error: agree: 6 of 6 points judged" in result.stdout
    assert "finite-size allowance" in result.stdout
    content = json.loads(run("check", *PROBLEM, "--n-trials", 40, "--json").stdout)
    assert (content["outcome"], len(content["rows"]), content["interrupted"]) == ("agree", 6, False)
    assert all(abs(row["z_beyond_allowance"]) < content["z_limit"] for row in content["rows"])


def test_disagreement_exits_with_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Theory of a doubled noise variance against the experiment with the stated one."""
    from asymptotix.verdict import experiment as verdict

    honest = verdict.risk

    def doubled(model: ax.RidgeRegression, **grid: object) -> ax.RiskCurve:
        return honest(ax.RidgeRegression(model.spectrum, model.target, noise_variance=0.5), **grid)  # type: ignore[arg-type] # arrays

    monkeypatch.setattr(verdict, "risk", doubled)
    result = run("check", *PROBLEM, "--n-trials", 40)
    assert result.exit_code == 1
    assert "test_error: disagree" in result.stdout


def test_too_few_trials_exit_with_5(run: Run) -> None:
    noisy = (*RIDGE, "--noise-variance", 5, "--n-samples", 195, "--ridge", "1e-6", "--n-trials", 2)
    result = run("check", *noisy)
    assert result.exit_code == 5, result.output
    assert "not enough evidence" in result.stdout


def test_control_variates_narrow_the_error_bars(run: Run) -> None:
    given = (*PROBLEM[:-1], "50", "--n-trials", 40)
    plain, better = (run("check", *given, *more) for more in ((), ("--control-variates",)))
    assert plain.exit_code == better.exit_code == 0
    assert "4 control variates divide the variance of the means by" in better.stdout
    assert "control variates" not in plain.stdout
    refused = run("check", *PROBLEM, "--n-trials", 20, "--control-variates")
    assert refused.exit_code == 2
    assert "n_trials must be at least 40" in refused.stderr


def test_the_seed_decides_the_experiment(run: Run) -> None:
    def simulated(seed: int) -> list[float]:
        content = json.loads(run("check", *PROBLEM, "--n-trials", 3, "--seed", seed, "--json").stdout)
        return [row["simulated"] for row in content["rows"]]

    assert simulated(1) == simulated(1) != simulated(2)


def test_a_risk_that_does_not_exist_exits_with_3(run: Run) -> None:
    result = run("risk", *RIDGE, "--noise-variance", 0.25, "--n-samples", 200, "--ridge", 0)
    assert result.exit_code == 3
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def test_an_unknown_quantity_exits_with_2_before_the_experiment(run: Run) -> None:
    result = run("check", *PROBLEM, "--quantity", "tset_error", "--n-trials", 10**7)
    assert result.exit_code == 2
    assert "test_error" in result.stderr


@pytest.mark.parametrize(("place", "code"), [("", 4), ("none/a.csv", 2)], ids=["a folder", "in no folder"])
def test_a_file_that_cannot_be_written_is_an_error_in_one_line(start: Start, tmp_path: Path, place: str, code: int) -> None:
    done = start("risk", *PROBLEM, "--csv", tmp_path / place)
    assert done.returncode == code
    assert done.stderr.startswith(f"error: {tmp_path / place}: ")
    assert "Traceback" not in done.stderr


@pytest.mark.filterwarnings("default:interrupted")
def test_an_interrupted_check_judges_the_finished_trials_and_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the seventh trial is reported."""
    from asymptotix.verdict import experiment as verdict

    honest = verdict.simulate

    def press(done: int, total: int) -> None:
        if done == 7 * 3:  # three cells: the ridges share one
            raise KeyboardInterrupt

    monkeypatch.setattr(verdict, "simulate", lambda model, **options: honest(model, **{**options, "progress": press}))
    result = run("check", *PROBLEM, "--n-trials", 50, "--json")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == "warning: interrupted: kept 7 of 50 trials\n"
    assert json.loads(result.stdout)["interrupted"] is True


def test_interrupted_before_any_trial_there_is_no_verdict(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from asymptotix.verdict import experiment as verdict

    def press(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(verdict, "simulate", press)
    result = run("check", *PROBLEM)
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "error: interrupted before any result\n"


def test_optimal_ridge_replaces_the_ridge(run: Run) -> None:
    """Without --ridge, and in place of a grid of ridges: here the best one is 200 * 0.25 / 1 at every n_samples."""
    for problem in (PROBLEM[:-2], PROBLEM):
        content = json.loads(run("risk", *problem, "--optimal-ridge", "--json").stdout)
        assert content["grid"]["n_samples"] == [50, 100, 300]
        assert content["grid"]["ridge"] == pytest.approx([50.0] * 3, rel=1e-10, abs=0)
    best = ax.risk(
        ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.25), n_samples=[50, 100, 300], ridge=50.0
    )
    assert content["fields"]["test_error"] == pytest.approx(best.test_error.tolist(), rel=1e-12, abs=0)


@pytest.mark.parametrize("given", [("--ridge=-2,0,1",), ("--ridge", "-2,0,1")])
def test_negative_ridges_are_predicted(run: Run, given: tuple[str, ...]) -> None:
    content = json.loads(run("risk", *PROBLEM[:-4], "--n-samples", 100, *given, "--json").stdout)
    model = ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.25)
    assert content["grid"]["ridge"] == [-2, 0, 1]
    assert content["fields"]["test_error"] == ax.risk(model, n_samples=100, ridge=[-2.0, 0.0, 1.0]).test_error.tolist()


def test_negative_ridges_are_refused_in_one_line_where_nothing_is_known(run: Run, tmp_path: Path) -> None:
    edge = -100 * (2**0.5 - 1) ** 2  # of the smallest eigenvalue: 100 samples of 200 equal eigenvalues
    at = (*PROBLEM[:-4], "--n-samples", 100)
    assert run("risk", *at, f"--ridge={0.999 * edge}").exit_code == 0
    for command, ridge, code, reason in (
        ("risk", 1.001 * edge, 3, "it must be above -17.15728753"),
        ("check", 0.1 * edge, 2, "ridge must be a finite number >= 0 in a simulation"),
    ):
        result = run(command, *at, f"--ridge={ridge}")
        assert result.exit_code == code
        assert reason in result.stderr
        assert result.stderr.count("\n") == 1


def test_certify_and_digits(run: Run) -> None:
    pytest.importorskip("flint")
    model = ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.25)
    proved = ax.risk(model, n_samples=np.array([50, 100, 300])[:, None], ridge=np.array([0.5, 5.0]), digits=30)
    assert proved.lower is not None
    assert proved.decimals is not None
    content = json.loads(run("risk", *PROBLEM, "--certify", "--json").stdout)
    assert content["lower"]["bias"] == proved.lower["bias"].tolist()
    assert "decimals" not in content
    content = json.loads(run("risk", *PROBLEM, "--digits", 30, "--json").stdout)
    assert content["decimals"]["test_error"] == proved.decimals["test_error"].tolist()
    assert "lower" not in json.loads(run("risk", *PROBLEM, "--json").stdout)
    shown = run("risk", *PROBLEM, "--digits", 30, "--quantity", "bias").stdout
    assert all(text in shown for text in (*proved.decimals["bias"].ravel(), *proved.decimals["effective_ridge"].ravel()))
    assert "certified: proved bounds at most 2.2e-16 apart" in shown
    printed = run("risk", *PROBLEM, "--digits", 30, "--csv", "-").stdout
    rows = list(csv.DictReader(line for line in printed.splitlines() if not line.startswith("#")))
    assert [row["variance"] for row in rows] == proved.decimals["variance"].ravel().tolist()
    assert [float(row["variance_upper"]) for row in rows] == proved.upper["variance"].ravel().tolist()  # type: ignore[index]  # certified


def test_certify_at_the_best_ridge_also_below_zero(run: Run) -> None:
    pytest.importorskip("flint")
    content = json.loads(run("risk", *PROBLEM[:-2], "--optimal-ridge", "--certify", "--json").stdout)
    assert content["grid"]["ridge"] == pytest.approx([50.0] * 3, rel=1e-10, abs=0)
    assert all(low < high for low, high in zip(content["lower"]["bias"], content["upper"]["bias"], strict=True))
    negative = ("--eigenvalues", "1,0.001", "--multiplicities", "50,2500", "--energies", "1,0", "--noise-variance", "1e-3")
    result = run("risk", "--model", "ridge-regression", *negative, "--n-samples", 100, "--optimal-ridge", "--certify")
    assert result.exit_code == 0
    assert "certified: proved bounds at most" in result.stdout
    assert run("risk", *PROBLEM, "--digits", 0).exit_code == 2


def test_averages_of_predictors(run: Run) -> None:
    problem = ("--model", "random-features", "--power-law", "1.5:60", "--source", 0.5, "--noise-variance", 0.1)
    grid = ("--n-samples", 30, "--n-features", 40, "--ridge", 0.01, "--n-predictors", "1,4,inf")
    content = json.loads(run("risk", *problem, *grid, "--json").stdout)
    model = ax.RandomFeatures(ax.PowerLaw(1.5, size=60), ax.PowerLaw(1.5, size=60).target(source=0.5), noise_variance=0.1)
    curve = ax.risk(model, n_samples=30, n_features=40, ridge=0.01, n_predictors=[1, 4, np.inf])
    assert content["fields"]["test_error"] == curve.test_error.tolist()
    assert run("check", *problem, *grid[:-1], "1,3", "--n-trials", 20).exit_code == 0
    refused = run("risk", *problem, *grid, "--optimal-ridge")
    assert refused.exit_code == 2
    assert "left out with --optimal-ridge" in refused.output
    assert "does not belong to" in run("risk", *RIDGE, "--n-samples", 10, "--ridge", 1, "--n-predictors", 2).output
