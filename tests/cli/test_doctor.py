from __future__ import annotations

import json
import platform
from importlib.metadata import version

import pytest

from asymptotix.cli import doctor

from .conftest import Run


def test_versions_extras_and_blas_threads_are_reported(run: Run) -> None:
    report = json.loads(run("doctor", "--json").stdout)
    assert report["python"] == platform.python_version()
    assert report["core"]["numpy"] == version("numpy")
    assert set(report["extras"]) == set(doctor.EXTRAS)
    assert any(pool["num_threads"] >= 1 for pool in report["blas"])
    text = run("doctor").stdout
    assert f"numpy {version('numpy')}" in text
    assert "BLAS:" in text


def test_a_missing_extra_is_told_with_its_remedy(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "EXTRAS", {"plot": ("no-such-package-here",)})
    assert "pip install 'asymptotix[plot]'" in run("doctor").stdout


def test_a_missing_core_package_is_an_error_if_strict(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("doctor", "--strict").exit_code == 0
    monkeypatch.setattr(doctor, "CORE", ("no-such-package-here",))
    assert run("doctor").exit_code == 0
    assert run("doctor", "--strict").exit_code == 2
