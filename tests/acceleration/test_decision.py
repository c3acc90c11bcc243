from __future__ import annotations

import subprocess
import sys

import pytest

from asymptotix.acceleration import compiled_path, decision, use_compiled
from asymptotix.errors import InvalidInputError, MissingExtraError


def test_never_and_always_decide_whatever_the_work() -> None:
    with compiled_path("never"):
        assert not use_compiled(1e15)
    with compiled_path("always"):
        assert use_compiled(1.0)


def test_auto_loads_only_what_the_work_repays() -> None:
    code = (
        "import sys; from asymptotix.acceleration import use_compiled as u; print(u(1e9), u(1e12));"
        "import numba; print(u(1e5, 'loops'), u(1e9, 'loops'), u(1.0));"
        "sys.modules['loops'] = numba; print(u(1.0, 'loops'), u(1.0, 'others'))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PATH": ""})
    assert out.stdout.split() == ["False", "True", "False", "True", "False", "True", "False"]


def test_work_that_comes_again_and_again_is_repaid_too() -> None:
    code = (
        "from asymptotix.acceleration import use_compiled as u;"
        "print([u(9e8, 'loops') for _ in range(3)], [u(9e8) for _ in range(3)], u(9e8, 'others'))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PATH": ""})
    assert out.stdout.strip() == "[False, False, True] [False, False, False] False"


def test_the_mode_is_restored() -> None:
    with compiled_path("never"), compiled_path("always"):
        pass
    with compiled_path("never"):
        with compiled_path("always"):
            assert use_compiled(1.0)
        assert not use_compiled(1.0)


def test_a_misspelt_mode_is_refused() -> None:
    with compiled_path("fast"), pytest.raises(InvalidInputError, match="one of auto, always, never"):
        use_compiled(1.0)


def test_always_without_numba_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision, "_installed", lambda: False)
    with compiled_path("always"), pytest.raises(MissingExtraError, match="fast"):
        use_compiled(1.0)
    with compiled_path("auto"):
        assert not use_compiled(1e15)
