"""Problems for the closed forms, and the general solver's answer to each: a route that shares no code with them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import asymptotix as ax

__all__ = ["CASES", "Case"]

SAMPLES = (10.0, 50.0, 99.0, 101.0, 200.0, 1000.0)
MU1, MU_STAR, DIMENSION = 0.5, math.sqrt(0.09), 100


@dataclass(frozen=True)
class Case:
    """A family at a point, and what the general theory says there."""

    name: str
    at: dict[str, float]
    curve: Callable[[], Any]
    skip: tuple[str, ...] = ()  # quantities that the general solver does not report

    def __str__(self) -> str:
        return f"{self.name}-{'-'.join(f'{value:g}' for value in self.at.values())}"


def _isotropic() -> list[Case]:
    model = ax.RidgeRegression(ax.Spectrum([2.0], [100]), ax.Target([0.7]), noise_variance=0.3)
    at = {"n_features": 100.0, "eigenvalue": 2.0, "energy": 0.7, "noise_variance": 0.3}
    found = [
        Case("isotropic_ridge", {"n_samples": n, "ridge": r, **at}, lambda n=n, r=r: ax.risk(model, n_samples=n, ridge=r))
        for n in (10.0, 100.0, 400.0)
        for r in (1e-10, 0.3, 1e4)
    ]
    for n, name in ((30.0, "isotropic_minimum_norm"), (99.0, "isotropic_minimum_norm"), (250.0, "isotropic_least_squares")):
        found.append(Case(name, {"n_samples": n, **at}, lambda n=n: ax.risk(model, n_samples=n, ridge=0.0)))
    return found


def _two_level() -> list[Case]:
    model = ax.RidgeRegression(ax.Spectrum([2.0, 1e-3], [100, 700]), ax.Target([0.7, 0.2]), noise_variance=0.3)
    at = {"eigenvalue_1": 2.0, "multiplicity_1": 100.0, "energy_1": 0.7, "eigenvalue_2": 1e-3, "multiplicity_2": 700.0,
          "energy_2": 0.2, "noise_variance": 0.3}  # fmt: skip
    found = [
        Case("two_level_ridge", {"n_samples": n, "ridge": r, **at}, lambda n=n, r=r: ax.risk(model, n_samples=n, ridge=r))
        for n in (20.0, 100.0, 800.0, 3000.0)
        for r in (1e-9, 0.2, 300.0)
    ]
    return found + [
        Case("two_level_minimum_norm", {"n_samples": n, **at}, lambda n=n: ax.risk(model, n_samples=n, ridge=0.0))
        for n in (20.0, 100.0, 790.0)
    ]


def _power_law() -> list[Case]:
    spectrum = ax.PowerLaw(exponent=2.0)
    model = ax.RidgeRegression(spectrum, spectrum.target(source=0.25), noise_variance=0.3)  # energies 1/i^2
    at = {"coefficient_variance": 1.0, "noise_variance": 0.3}
    return [
        Case("power_law_2_ridge", {"n_samples": n, "ridge": r, **at}, lambda n=n, r=r: ax.risk(model, n_samples=n, ridge=r))
        for n, r in ((3.0, 0.0), (200.0, 0.0), (50.0, 1e-3), (20.0, 40.0), (10.0, 1e5))
    ]


def _features() -> list[Case]:
    linear = ax.RandomFeatures(ax.Spectrum([2.0], [100]), ax.Target([0.7]), noise_variance=0.3)
    at = {"dimension": 100.0, "eigenvalue": 2.0, "energy": 0.7, "noise_variance": 0.3}
    found = []
    for n, p in ((50, 300), (300, 50), (80, 80), (400, 150)):
        for r in (1e-6, 0.3, 1e3):
            curve = lambda n=n, p=p, r=r: ax.risk(linear, n_samples=n, n_features=p, ridge=r)  # noqa: E731 stored, not named
            found.append(Case("linear_features", {"n_samples": n, "n_features": p, "ridge": r, **at}, curve))
    for n, p, name in ((50, 300, "wide"), (50, 55, "wide"), (300, 50, "narrow"), (99, 98, "narrow")):
        curve = lambda n=n, p=p: ax.risk(linear, n_samples=n, n_features=p, ridge=0.0)  # noqa: E731 stored, not named
        found.append(Case(f"linear_features_{name}", {"n_samples": n, "n_features": p, **at}, curve))
    return found


def _proportional() -> list[Case]:
    spectrum = ax.Spectrum([MU1**2 / DIMENSION], [DIMENSION], tail=MU_STAR**2)
    model = ax.RandomFeatures(spectrum, ax.Target([1.0], tail=0.3), noise_variance=0.25)
    at = {"zeta": MU1 / MU_STAR, "linear_energy": 1.0, "nonlinear_energy": 0.3, "noise_variance": 0.25}
    skip = ("effective_ridge", "chi", "bias_factor", "variance_factor")  # in other units
    found = []
    for p, n in ((2.0, 3.0), (3.0, 2.0), (1.5, 1.5), (0.5, 0.2)):
        ratios = {"features_ratio": p, "samples_ratio": n}
        for r in (1e-8, 0.1, 10.0):
            curve = lambda p=p, n=n, r=r: ax.risk(  # noqa: E731 stored, not named
                model, n_samples=n * DIMENSION, n_features=p * DIMENSION, ridge=r * MU_STAR**2
            )
            found.append(Case("proportional_regime", {**ratios, "ridge": r, **at}, curve, skip))
        if p != n:
            name = "proportional_wide" if p > n else "proportional_narrow"
            curve = lambda p=p, n=n: ax.risk(model, n_samples=n * DIMENSION, n_features=p * DIMENSION, ridge=0.0)  # noqa: E731 stored, not named
            found.append(Case(name, {**ratios, **at}, curve, skip))
    return found


CASES = [*_isotropic(), *_two_level(), *_power_law(), *_features(), *_proportional()]
