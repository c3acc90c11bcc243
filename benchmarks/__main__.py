"""Run every workload and print a line for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks import (
    certified,
    compression,
    effective_ridge,
    exact_risk,
    kernel_matrices,
    lazy,
    random_features_grid,
    risk_models,
    simulation,
    spectra,
)
from benchmarks.measurement import Measurement

SWEEPS: tuple[Callable[..., Measurement], ...] = (
    effective_ridge.run,
    partial(effective_ridge.run, copied=True),
    effective_ridge.run_sizes,
    partial(effective_ridge.run_sizes, copied=True),
    random_features_grid.run,
    random_features_grid.run_large,
)
WORKLOADS: tuple[Callable[[], Measurement], ...] = (
    *(partial(sweep, path="never") for sweep in SWEEPS),
    *(partial(sweep, path="always") for sweep in SWEEPS),  # after the others, which would find Numba loaded
    certified.run,
    certified.run_on_nodes,
    compression.run_sorted,
    compression.run_with_energies,
    compression.run_shuffled,
    kernel_matrices.run_numpy,
    kernel_matrices.run,
    lazy.run,
    *(partial(risk_models.run_ridge, solver) for solver in risk_models.SOLVERS),
    risk_models.run_sphere,
    risk_models.run_latent,
    risk_models.run_shift,
    risk_models.run_flow,
    spectra.run_closed_forms,
    spectra.run_quadrature,
    simulation.run,
    simulation.run_large,
    simulation.run_isotropic,
    simulation.run_isotropic_large,
    simulation.run_levels,
    exact_risk.run,
    exact_risk.run_large,
)


def main() -> None:
    """Print workload, seconds of the package, seconds by hand, ratio, largest relative difference."""
    for run in WORKLOADS:
        done = run()
        print(f"{done.workload}: package {done.package_seconds:.3g} s, by hand {done.by_hand_seconds:.3g} s, ", end="")
        print(f"ratio {done.ratio:.1f}, largest relative difference {done.largest_difference:.1e}")


if __name__ == "__main__":
    main()
