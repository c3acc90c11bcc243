from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError

from .conftest import SPECTRA, energies_of
from .test_compressing import E, S, agree


@pytest.mark.parametrize("name", SPECTRA)
def test_tables_of_parts_add_up(path: str, name: str) -> None:
    s = SPECTRA[name]
    e = energies_of(s)
    parts = [ax.compress(s[start : start + 3001], e[start : start + 3001]) for start in range(0, s.size, 3001)]
    agree(parts[0].merge(parts[1:]), ax.compress(s, e))
    agree(sum(parts[1:], start=parts[0]), ax.compress(s, e))


def test_repeats_stay_one_node_when_tables_add_up() -> None:
    both = ax.compress([2.0, 2.0, 3.0]) + ax.compress([3.0, 0.0])
    assert list(both.eigenvalues) == [3.0, 2.0, 0.0]
    assert list(both.multiplicities) == [2.0, 2.0, 1.0]
    assert both.relative_bound == 0.0


def test_a_table_that_was_added_twice_would_be_noticed() -> None:
    table = ax.compress(S)
    assert (table + table).rank == 2 * S.size
    assert (table + table).trace == pytest.approx(2 * table.trace, rel=1e-15, abs=0)


def test_what_does_not_add_up_is_refused() -> None:
    plain, with_energies = ax.compress(S), ax.compress(S, E)
    with pytest.raises(InvalidInputError, match="with and without energies"):
        plain + with_energies
    with pytest.raises(InvalidInputError, match="CompressedSpectrum objects"):
        plain.merge([ax.Spectrum([1.0])])
    with pytest.raises(TypeError):
        plain + 1.0


def test_fields() -> None:
    table = ax.compress(S, E)
    assert table.size == S.size
    assert table.rank == S.size
    assert table.trace == pytest.approx(float(np.sum(S)), rel=1e-14, abs=0)
    assert 0 < table.relative_bound < 1e-15
    assert table.target is not None
    assert table.target.energy == pytest.approx(float(np.sum(E)), rel=1e-14, abs=0)
    assert ax.compress(S).target is None
    assert "50000 eigenvalues" in repr(table)
    with pytest.raises(ValueError, match="read-only"):
        table.eigenvalues[0] = 1.0


def test_a_table_does_not_change_with_the_array_that_it_was_made_of() -> None:
    values = S.copy()
    table = ax.compress(values)
    before = table.multiplicities.copy()
    values[:] = 1.0
    assert np.array_equal(table.multiplicities, before)


@pytest.mark.parametrize("kind", [ax.RidgeRegression, ax.RandomFeatures])
def test_an_experiment_is_possible_only_where_every_eigenvalue_was_kept(kind: type) -> None:
    features = {"n_features": 5} if kind is ax.RandomFeatures else {}
    table = ax.compress(S, E)
    model = kind(table, table.target)
    for experiment in (ax.check, ax.simulate):
        with pytest.raises(InvalidInputError, match="a table has no eigenvalues to draw") as caught:
            experiment(model, n_samples=10, ridge=1.0, **features)
        assert "\n" not in str(caught.value)
    kept = ax.compress([1.0, 1.0, 0.5, 0.0], [1.0, 2.0, 3.0, 4.0])
    of_table = ax.simulate(kind(kept, kept.target), n_samples=3, ridge=1.0, n_trials=2, **features)
    spectrum = ax.Spectrum([1.0, 0.5, 0.0], [2, 1, 1])
    of_spectrum = ax.simulate(kind(spectrum, [3.0, 3.0, 4.0]), n_samples=3, ridge=1.0, n_trials=2, **features)
    assert of_table.test_error == pytest.approx(of_spectrum.test_error, rel=1e-12, abs=0)


def test_a_table_beside_a_spectrum_is_refused_and_tables_add_up() -> None:
    table, spikes = ax.compress(S, E), ax.Spectrum([20.0, 10.0])
    for refused in (
        lambda: table + spikes,
        lambda: spikes + table,
        lambda: ax.combine((spikes, [1.0, 0.5]), (table, table.target)),
        lambda: ax.combine((table, table.target), (table, table.target)),
    ):
        with pytest.raises(InvalidInputError, match=r"^parts = CompressedSpectrum.*add the tables") as caught:
            refused()
        assert "\n" not in str(caught.value)
    total = table + ax.compress([20.0, 10.0], [1.0, 0.5])
    one = ax.RidgeRegression(total, total.target, noise_variance=0.1)
    other = ax.RidgeRegression(*ax.combine((spikes, [1.0, 0.5]), (ax.Spectrum(S), E)), noise_variance=0.1)
    errors = [ax.risk(model, n_samples=40, ridge=0.01).test_error for model in (one, other)]
    assert errors[0] == pytest.approx(errors[1], rel=1e-13, abs=0)
    assert errors[0] != pytest.approx(
        ax.risk(ax.RidgeRegression(table, table.target), n_samples=40, ridge=0.01).test_error, rel=1e-3
    )


def test_saving_and_loading_loses_nothing(tmp_path: Path) -> None:
    for number, table in enumerate((ax.compress(S, E), ax.compress(SPECTRA["i^-4"]), ax.compress([0.0, 1.0], [1.0, 2.0]))):
        file = tmp_path / f"{number}.table"
        table.save(file)
        again = ax.load_spectrum(file)
        assert np.array_equal(again.eigenvalues, table.eigenvalues)
        assert np.array_equal(again.multiplicities, table.multiplicities)
        assert (again.size, again.rank, again.trace) == (table.size, table.rank, table.trace)
        assert (again.target is None) == (table.target is None)
        if again.target is not None and table.target is not None:
            assert np.array_equal(again.target.energies, table.target.energies)
        # and it goes on adding up
        assert np.array_equal((again + table).multiplicities, (table + table).multiplicities)
