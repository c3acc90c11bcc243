from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError, StorageError

from .conftest import SPECTRA, FloatArray, energies_of, exact_sums

INDEX = np.arange(1.0, 50_001)
S, E = INDEX**-1.5, INDEX**-2.7


def agree(one: ax.CompressedSpectrum, other: ax.CompressedSpectrum, rtol: float = 1e-14) -> None:
    """Same nodes and counts, and sums that differ by rounding; single weights may differ by more."""
    assert np.array_equal(one.eigenvalues, other.eigenvalues)
    assert np.array_equal(one.levels.counts, other.levels.counts)
    assert (one.size, one.rank) == (other.size, other.rank)
    assert one.trace == pytest.approx(other.trace, rel=1e-15, abs=0)
    for kappa in (1e-9, 1e-4, 1.0):
        sums = [exact_sums(t.levels.values, t.levels.weights[0], t.levels.weights[-1], kappa) for t in (one, other)]
        assert list(sums[0].values()) == pytest.approx(list(sums[1].values()), rel=rtol, abs=0)


@pytest.fixture(scope="module")
def whole() -> ax.CompressedSpectrum:
    return ax.compress(S, E)


def pairs() -> Iterator[tuple[FloatArray, FloatArray]]:
    for start in range(0, S.size, 7001):
        yield S[start : start + 7001], E[start : start + 7001]


def as_npy(array: FloatArray, folder: Path, name: str) -> Path:
    np.save(folder / f"{name}.npy", array)
    return folder / f"{name}.npy"


def as_raw(array: FloatArray, folder: Path, name: str) -> Path:
    array.tofile(folder / f"{name}.f64")
    return folder / f"{name}.f64"


def as_text(array: FloatArray, folder: Path, name: str) -> Path:
    lines = [f"{float(value)!r}, # number {i}" for i, value in enumerate(array)]
    (folder / f"{name}.csv").write_text("# eigenvalues\n" + "\n".join(lines), encoding="utf-8")
    return folder / f"{name}.csv"


@pytest.mark.parametrize("write", [as_npy, as_raw, as_text])
@pytest.mark.parametrize("threads", [1, 3])
def test_files(whole: ax.CompressedSpectrum, tmp_path: Path, write: Callable[..., Path], threads: int) -> None:
    agree(ax.compress(write(S, tmp_path, "s"), write(E, tmp_path, "e"), threads=threads), whole)


def test_generators_shuffled_arrays_and_other_types(path: str, whole: ax.CompressedSpectrum) -> None:
    order = np.random.default_rng(0).permutation(S.size)
    agree(ax.compress(pairs()), whole)
    agree(ax.compress(pairs(), threads=2), whole)
    agree(ax.compress(S[order], E[order]), whole)
    agree(ax.compress(list(S), tuple(E)), whole)
    agree(ax.compress(S[::-1], E[::-1], sorted=True), whole)
    agree(ax.compress(S.astype(">f8"), E.astype(">f8")), whole)
    agree(ax.compress(ax.Spectrum(S), E), whole)
    assert ax.compress(range(5)).trace == 10.0
    assert ax.compress([np.arange(3), np.arange(4.0)]).trace == 9.0


def test_the_result_does_not_depend_on_the_number_of_threads() -> None:
    values = np.random.default_rng(0).uniform(size=2_500_000)
    tables = [ax.compress(values, threads=threads) for threads in (2, 4)]
    assert np.array_equal(tables[0].multiplicities, tables[1].multiplicities)
    agree(tables[0], ax.compress(values), rtol=1e-13)


def test_single_precision_is_read_as_it_is() -> None:
    assert ax.compress(np.float32([0.1, 0.2])).trace == pytest.approx(float(np.float32(0.1)) + float(np.float32(0.2)), rel=1e-15)


@pytest.mark.parametrize("name", SPECTRA)
def test_every_model_takes_a_table_and_answers_as_for_the_spectrum(name: str) -> None:
    s = SPECTRA[name]
    e = energies_of(s)
    table, spectrum = ax.compress(s, e), ax.Spectrum(s)
    for kind in (ax.RidgeRegression, ax.RandomFeatures):
        features = {"n_features": 700} if kind is ax.RandomFeatures else {}
        grid = {"n_samples": np.array([3, 500])[:, None], "ridge": np.array([1e-9, 1.0]) * np.median(s), **features}
        curves = [
            ax.risk(kind(spec, target, noise_variance=0.1), **grid) for spec, target in ((table, table.target), (spectrum, e))
        ]
        for field in ("test_error", "bias", "variance", "df1", "effective_ridge"):
            one, other = (getattr(curve, field) for curve in curves)
            assert one == pytest.approx(other, rel=1e-12, abs=0), field


def test_as_many_samples_as_eigenvalues() -> None:
    # n = rank: the counts of the table must be exact, or n - df1 has no digit left
    table, spectrum = ax.compress(S), ax.Spectrum(S)
    grid = {"n_samples": np.array([S.size - 1.0, S.size]), "ridge": 1e-12}
    one, other = (ax.effective_ridge(spec, **grid) for spec in (table, spectrum))
    assert one.value == pytest.approx(other.value, rel=1e-13, abs=0)
    assert np.all((one.lower <= other.upper) & (other.lower <= one.upper))


def test_zeros_are_counted_and_their_energy_is_never_learned(path: str) -> None:
    table = ax.compress([0.0, 2.0, 0.0, 2.0, -0.0], [1.0, 2.0, 4.0, 8.0, 16.0])
    assert (table.size, table.rank, table.trace, table.relative_bound) == (5, 2.0, 4.0, 0.0)
    assert list(table.eigenvalues) == [2.0, 0.0]
    assert list(table.multiplicities) == [2.0, 3.0]
    assert table.target is not None
    assert list(table.target.energies) == [10.0, 21.0]
    spectrum = ax.Spectrum([2.0, 0.0], [2, 3])
    model = ax.RidgeRegression(spectrum, [10.0, 21.0])
    of_table = ax.risk(ax.RidgeRegression(table, table.target), n_samples=1, ridge=0.3)
    assert of_table.test_error == pytest.approx(ax.risk(model, n_samples=1, ridge=0.3).test_error, rel=1e-15, abs=0)
    nothing = ax.compress(np.zeros(7))
    assert (nothing.size, nothing.rank, nothing.trace) == (7, 0.0, 0.0)


@pytest.mark.parametrize("value", [-1e-3, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("index", [0, 333, 49_999])
@pytest.mark.parametrize("argument", ["eigenvalues", "energies"])
@pytest.mark.parametrize("shuffled", [False, True])
def test_an_entry_that_is_not_valid_is_named(path: str, value: float, index: int, argument: str, shuffled: bool) -> None:
    order = np.random.default_rng(3).permutation(S.size) if shuffled else np.arange(S.size)
    arrays = {"eigenvalues": S[order], "energies": E[order]}
    arrays[argument][index] = value
    with pytest.raises(InvalidInputError) as caught:
        ax.compress(arrays["eigenvalues"], arrays["energies"])
    assert str(caught.value).startswith(f"{argument}[{index}] = {value!r} is not valid")


def test_the_index_counts_all_chunks() -> None:
    chunks = [np.ones(10), np.array([1.0, np.nan])]
    for threads in (1, 2):
        with pytest.raises(InvalidInputError, match=r"eigenvalues\[11\] = nan"):
            ax.compress(iter(chunks), threads=threads)


def test_an_order_that_was_promised_and_is_not_there() -> None:
    values = S.copy()
    values[40_000] *= 1.5
    with pytest.raises(InvalidInputError, match=rf"eigenvalues\[40000\] = {float(values[40_000])!r}.*decreasing order"):
        ax.compress(values, sorted=True)
    with pytest.raises(InvalidInputError, match=r"eigenvalues\[2\] = 1\.0.*increasing order after 3\.0"):
        ax.compress([np.array([1.0, 3.0]), np.array([1.0])], sorted=True)
    assert ax.compress(values).size == S.size
    assert ax.compress([1.0, 1.0, 2.0, 2.0], sorted=True).size == 4


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.ones((2, 2)),), InvalidInputError, "one-dimensional"),
        (([],), InvalidInputError, "at least one eigenvalue"),
        ((["a"],), InvalidInputError, "numbers"),
        ((np.array([1j]),), InvalidInputError, "complex"),
        ((5,), InvalidInputError, "an array, a file, or an iterable"),
        ((S, E[:4]), InvalidInputError, "as many as there are eigenvalues"),
        ((iter([S]), E), InvalidInputError, "pairs"),
        ((iter([(S, E[:4])]),), InvalidInputError, "chunk of eigenvalues"),
        ((iter([(S, E), S]),), InvalidInputError, "in every chunk"),
        ((iter([np.ones((2, 2))]),), InvalidInputError, "chunks of one dimension"),
        ((ax.Spectrum([1.0], [2]),), InvalidInputError, "without multiplicities"),
    ],
)
def test_sources_that_are_refused(arguments: tuple[object, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        ax.compress(*arguments)
    assert "\n" not in str(caught.value)


def test_files_that_are_not_what_their_names_say(tmp_path: Path) -> None:
    whole = as_npy(S, tmp_path, "s").read_bytes()
    (tmp_path / "cut.npy").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.npy").write_text("1 2 3", encoding="utf-8")
    (tmp_path / "cut.f64").write_bytes(b"1234567")
    (tmp_path / "words.txt").write_text("1.0\ntwo\n", encoding="utf-8")
    np.save(tmp_path / "objects.npy", np.array([{}]), allow_pickle=True)
    for name, message in {
        "cut.npy": "cut.npy", "text.npy": "text.npy", "objects.npy": "objects.npy", "cut.f64": "no whole number of float64",
        "words.txt": "line 2: could not convert string to float",
    }.items():  # fmt: skip
        with pytest.raises(StorageError, match=message):
            ax.compress(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        ax.compress(tmp_path / "nowhere.npy")


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    seen: list[int] = []
    ax.compress(as_npy(S, tmp_path, "s"), progress=seen.append, threads=2)
    assert seen[-1] == S.size
