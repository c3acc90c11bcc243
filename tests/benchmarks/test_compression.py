"""The workloads run small: the table's trace is that of the eigenvalues, and the memory stays below the file's size."""

from __future__ import annotations

import sys

import pytest

from benchmarks import compression


@pytest.mark.parametrize("path", ["never", "always"])
@pytest.mark.parametrize("run", [compression.run_sorted, compression.run_with_energies, compression.run_shuffled])
def test_the_table_sums_to_the_trace(run, path: str) -> None:
    done = run(20_000, repeats=1, path=path)
    assert done.largest_difference < 1e-13
    assert done.package_seconds > 0
    assert path in done.workload


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_stays_far_below_the_size_of_the_file() -> None:
    with compression.written(8_000_000) as small, compression.written(40_000_000) as large:
        assert compression.run_mapped(small, repeats=1, path="never").largest_difference < 1e-13
        used = [compression.resident_megabytes(file, path="never") for file in (small, large)]
    assert used[1] < 100
    assert used[1] - used[0] < 20  # the files differ by 244 MB
