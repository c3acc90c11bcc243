from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from .conftest import Run


@pytest.mark.parametrize("code", [0, 1])
def test_the_job_gets_its_folder_and_its_exit_code_is_returned(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int
) -> None:
    calls = []
    job = ModuleType("asymptotix.figures.demo")
    job.run_demo = lambda output, progress: calls.append((output, progress)) or code  # type: ignore[attr-defined] # a stand-in
    monkeypatch.setitem(sys.modules, "asymptotix.figures.demo", job)
    assert run("demo", "--output", tmp_path, "--no-progress").exit_code == code
    assert calls == [(tmp_path, False)]
