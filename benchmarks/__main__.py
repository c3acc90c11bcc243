"""Run every workload and print a line for each."""

from __future__ import annotations

from benchmarks import effective_ridge

WORKLOADS = (effective_ridge.run,)


def main() -> None:
    """Print workload, seconds of the package, seconds by hand, ratio, largest relative difference."""
    for run in WORKLOADS:
        done = run()
        print(f"{done.workload}: package {done.package_seconds:.3g} s, by hand {done.by_hand_seconds:.3g} s, ", end="")
        print(f"ratio {done.ratio:.1f}, largest relative difference {done.largest_difference:.1e}")


if __name__ == "__main__":
    main()
