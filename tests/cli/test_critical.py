from __future__ import annotations

import json

import pytest

import asymptotix as ax

from .conftest import Run

PROBLEM = (
    "--model", "sphere-kernel", "--kernel", "exponential", "--energies", "0,0.5,0.3,0.2", "--noise-variance", 0.1,
    "--ridge", 1e-3,
)  # fmt: skip


def test_limit_and_finite_dimension(run: Run) -> None:
    """At n = d the closed form and the equivalent of a large dimension are one."""
    gaps = []
    for d in (30, 3000):
        result = run("critical", *PROBLEM, "--dimension", d, "--n-samples", f"{d // 2},{d}", "--degree", 1, "--json")
        assert result.exit_code == 0, result.output
        rows = json.loads(result.stdout)["rows"]
        assert [row["ratio"] for row in rows] == [0.5, 1.0]
        gaps.append(max(abs(row["test_error"] / row["test_error_at_dimension"] - 1) for row in rows))
    assert gaps[1] < 3e-3 < 10 * gaps[1] < gaps[0]


def test_values_are_those_of_python(run: Run) -> None:
    result = run("critical", *PROBLEM, "--dimension", 40, "--n-samples", 40, "--degree", 1, "--json")
    row = json.loads(result.stdout)["rows"][0]
    model = ax.KernelRidge.on_sphere(ax.exponential_kernel(), dimension=40, target=[0, 0.5, 0.3, 0.2], noise_variance=0.1)
    xi = [*(model.spectrum.eigenvalues * model.spectrum.multiplicities), model.spectrum.tail]
    known = ax.critical_regime(xi, [0, 0.5, 0.3, 0.2], degree=1, ratio=1.0, ridge=1e-3, noise_variance=0.1)
    assert row["test_error"] == pytest.approx(float(known.test_error), rel=1e-12, abs=0)
    assert row["test_error_at_dimension"] == pytest.approx(
        float(ax.risk(model, n_samples=40, ridge=1e-3).test_error), rel=1e-12, abs=0
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*PROBLEM, "--dimension", 20, "--n-samples", 20, "--degree", 400), "degree = 400"),
        (("--model", "ridge-regression", "--eigenvalues", 1, "--energies", 1, "--n-samples", 9, "--degree", 0), "on the sphere"),
    ],
)
def test_refusals(run: Run, arguments: tuple[object, ...], message: str) -> None:
    result = run("critical", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
