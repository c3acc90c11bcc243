from __future__ import annotations

from benchmarks import certified


def test_proved_bounds_by_hand_and_by_the_package_agree() -> None:
    done = certified.run(size=200, n_samples=30.0, n_ridges=3, repeats=1)
    assert done.largest_difference < 1e-15
    assert done.package_seconds > 0
    assert done.by_hand_seconds > 0
