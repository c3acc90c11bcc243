from __future__ import annotations

from benchmarks import lazy


def test_products_and_the_formed_jacobian_agree() -> None:
    done = lazy.run(width=64, dimension=10, n_samples=12)
    assert done.largest_difference < 1e-11
    assert min(done.package_seconds, done.by_hand_seconds) > 0
