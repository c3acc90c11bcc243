from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from asymptotix.models.designs import GaussianCovariates, NonGaussianCovariates
from asymptotix.simulation import isotropic_design
from asymptotix.simulation.designs import sampler_of
from asymptotix.simulation.filters import Flow, Ridge
from asymptotix.simulation.gaussian_designs import CovariateSampler
from asymptotix.simulation.isotropic_design import IsotropicSampler, is_isotropic, singular_values
from asymptotix.simulation.observables import observe

NOISE, RIDGES = 0.25, np.array([0.3, 5.0])


def design_of(dimension, *, eigenvalue=2.0, tail=0.0):
    half = dimension // 2
    sizes, energies = np.array([half, dimension - half], dtype=float), np.array([1.5, 0.7])
    return GaussianCovariates(np.full(2, eigenvalue), sizes, energies, tail, 0.1 * tail, NOISE)


def fields_of(sampler, n, n_trials, seed, estimator):
    """(field and its square, trial, setting)."""
    rng = np.random.default_rng(seed)
    trials = [observe(sampler.draw(n, None, rng), estimator, NOISE, None, None) for _ in range(n_trials)]
    names = [name for name in trials[0] if name != "test_error"]
    values = np.array([[trial[name] for trial in trials] for name in names])
    return [*names, *(f"{name} squared" for name in names)], np.concatenate([values, values**2])


def largest_z(one, two):
    errors = np.hypot(*(np.std(values, axis=1) / np.sqrt(values.shape[1]) for values in (one, two)))
    gaps, scale = np.abs(one.mean(axis=1) - two.mean(axis=1)), np.abs(two.mean(axis=1))
    return np.max(gaps / np.maximum(errors, 1e-9 * scale + 1e-300), axis=1)  # some fields are the same in every trial


def both(n, p, *, n_trials=900, estimator=None, tail=0.0):
    """The largest z-score of each field: singular values against rows."""
    design, estimator = design_of(p, tail=tail), estimator or Ridge(RIDGES)
    by_values = replace(IsotropicSampler.of(design), dense=None)
    names, ours = fields_of(by_values, n, n_trials, 1, estimator)
    return dict(zip(names, largest_z(ours, fields_of(CovariateSampler.of(design), n, n_trials, 2, estimator)[1]), strict=True))


@pytest.mark.parametrize(("n", "p", "tail"), [(8, 14, 0.0), (14, 8, 0.0), (9, 9, 0.0), (8, 14, 3.0), (1, 5, 0.0), (5, 1, 0.0)])
def test_every_field_has_the_law_that_rows_give_it(n, p, tail):
    scores = both(n, p, tail=tail, n_trials=400)
    assert max(scores.values()) < 4.5, scores  # some 40 comparisons


def test_the_interpolating_limit_and_flow_have_the_law_that_rows_give_them():
    for estimator in (Ridge(np.array([0.0])), Flow(np.array([0.1, np.inf]))):
        scores = both(8, 24, estimator=estimator, n_trials=400)
        assert max(score for name, score in scores.items() if not name.startswith("train_error")) < 4.5, scores


@pytest.mark.parametrize("wrong", ["diagonal", "beside"])
def test_a_degree_of_freedom_too_many_is_found(monkeypatch, wrong):
    def shifted(n_rows, n_columns, rng):
        small, large = sorted((n_rows, n_columns))
        diagonal = np.sqrt(rng.chisquare(np.arange(large, large - small, -1.0) + (wrong == "diagonal")))
        beside = np.sqrt(rng.chisquare(np.arange(small - 1.0, 0.0, -1.0) + (wrong == "beside")))
        return np.linalg.svd(np.diag(diagonal) + np.diag(beside, -1), compute_uv=False)

    monkeypatch.setattr(isotropic_design, "singular_values", shifted)
    assert max(both(8, 14, n_trials=900).values()) > 6


@pytest.mark.parametrize(("n", "p"), [(20, 35), (35, 20)])
@pytest.mark.parametrize("tail", [0.0, 2.0])
def test_fields_in_rotated_coordinates_are_those_of_the_rows(n, p, tail):
    draw = CovariateSampler.of(design_of(p, tail=tail)).draw(n, None, np.random.default_rng(3))
    left, values, right = np.linalg.svd(draw.matrix)
    small, seen = min(n, p), right[: min(n, p)] @ draw.population.target
    rotated = replace(
        draw,
        matrix=values,
        labels=left.T @ draw.labels,
        population=isotropic_design.RotatedRisk(
            np.sqrt(2.0), seen, float(draw.population.target @ draw.population.target - seen @ seen)
        ),
        seen_rows=left[:, :small],
    )
    ridges = Ridge(np.array([0.0, 1e-3, 1.0, 1e4]))
    ours, theirs = (observe(one, ridges, NOISE, None, None) for one in (rotated, draw))
    assert ours.keys() == theirs.keys()
    for name, values in theirs.items():
        assert ours[name] == pytest.approx(values, rel=1e-9, abs=1e-12), name


def test_few_samples_are_enough_for_leave_one_out(monkeypatch):
    design, ridge = design_of(60), Ridge(np.array([1.0]))
    by_values = replace(IsotropicSampler.of(design), dense=None)
    spreads, means = [], []
    for seen in (40, 10):
        monkeypatch.setattr(isotropic_design, "SEEN_SAMPLES", seen)
        names, values = fields_of(by_values, 40, 500, 5, ridge)
        loo = values[names.index("loo"), :, 0]
        means.append(loo.mean())
        spreads.append(loo.std() / np.sqrt(len(loo)))
    assert abs(means[0] - means[1]) < 4 * np.hypot(*spreads)
    assert spreads[1] < 1.8 * spreads[0]  # ten of forty samples by themselves: twice


def test_singular_values_are_those_of_a_square_matrix_too():
    values = np.array([singular_values(6, 6, np.random.default_rng(seed)) for seed in range(2000)])
    z = (np.sum(values**2, axis=1).mean() - 36) / (np.sum(values**2, axis=1).std() / np.sqrt(2000))
    assert abs(z) < 4
    products = np.prod(values**2, axis=1)  # the square of the determinant has mean 6!
    assert abs(products.mean() - 720) < 4 * products.std() / np.sqrt(2000)


def test_singular_values_near_zero_keep_their_digits_and_take_no_matrix():
    size, rng = 1000, np.random.default_rng(2)
    diagonal = np.sqrt(rng.chisquare(np.arange(size, 0.0, -1.0)))
    tracemalloc.start()
    values = singular_values(size, size, np.random.default_rng(2))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert values.min() < 1e-3 * values.max()  # where squares would have lost them
    assert np.sum(np.log(values)) == pytest.approx(np.sum(np.log(diagonal)), rel=0, abs=1e-9)  # the determinant
    assert peak < 8 * size**2 / 10


def test_large_isotropic_designs_draw_no_rows_and_small_ones_do():
    sampler = sampler_of(design_of(300))
    assert isinstance(sampler, IsotropicSampler)
    assert sampler.draw(200, None, np.random.default_rng(0)).matrix.shape == (200,)
    small, rows = (one.draw(50, None, np.random.default_rng(0)) for one in (sampler, CovariateSampler.of(design_of(300))))
    assert np.array_equal(small.matrix, rows.matrix)
    assert sampler_of(design_of(10**7)).draw(200, None, np.random.default_rng(0)).matrix.shape == (200,)


def test_gaussian_entries_of_the_study_are_the_same_design():
    design = design_of(300)
    same = NonGaussianCovariates(
        design.eigenvalues, design.multiplicities, design.energies, 0.0, 0.0, NOISE, "gaussian", None, None
    )
    one, two = (sampler_of(which).draw(200, None, np.random.default_rng(0)) for which in (design, same))
    assert np.array_equal(one.matrix, two.matrix)


def test_two_eigenvalues_are_not_isotropic():
    assert is_isotropic(design_of(10))
    assert not is_isotropic(replace(design_of(10), eigenvalues=np.array([1.0, 2.0])))
    assert not is_isotropic(replace(design_of(10), eigenvalues=np.zeros(2)))
