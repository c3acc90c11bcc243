from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError


def model_of(noise_variance: float = 0.25, size: int | None = None) -> ax.RandomFeatures:
    law = ax.PowerLaw(1.5, size=size)
    return ax.RandomFeatures(law, law.target(source=0.5), noise_variance=noise_variance)


@pytest.mark.parametrize("ridge", [0.0, 1e-2, 3.0])
@pytest.mark.parametrize("n", [37])
def test_every_width_is_tried(n: int, ridge: float) -> None:
    model, p = model_of(), np.arange(1.0, 3001.0)
    p = p[(p != n) | (ridge > 0)]
    kernel = float(ax.risk(model, n_samples=n, ridge=ridge, n_features=np.inf).test_error)
    distance = np.abs(ax.risk(model, n_samples=n, ridge=ridge, n_features=p).test_error / kernel - 1.0)
    found = ax.required_width(model, n_samples=n, ridge=ridge, tolerance=0.05)
    assert float(found.value) == p[distance > 0.05].max() + 1
    assert float(found.kernel_error) == pytest.approx(kernel, rel=1e-14, abs=0)
    assert abs(float(found.risk.test_error) / kernel - 1) <= 0.05
    # negative control: half as many, or a tolerance twice as wide, are another number
    assert distance[np.searchsorted(p, float(found.value) // 2)] > 0.05
    assert float(ax.required_width(model, n_samples=n, ridge=ridge, tolerance=0.1).value) < float(found.value)


def test_a_multiple_of_n_suffices_and_ridge_and_noise_lower_it() -> None:
    n = np.array([100.0, 1000.0, 10000.0])
    ridgeless = ax.required_width(model_of(), n_samples=n, ridge=0.0)
    assert ridgeless.per_sample == pytest.approx(ridgeless.per_sample[-1], rel=0.06, abs=0)
    ridged = ax.required_width(model_of(), n_samples=n, ridge=[[1e-2], [1.0]]).value
    assert np.all(ridged[1] < ridged[0])
    assert np.all(ridged[0] < ridgeless.value)
    # noise is most of the test error at a large ridge, and none of it depends on the width
    noisy, quiet = (ax.required_width(model_of(noise), n_samples=n, ridge=1.0).value for noise in (1.0, 0.01))
    assert np.all(noisy < quiet)
    excess = ax.required_width(model_of(), n_samples=n, ridge=0.0, quantity="excess_risk")
    assert np.all(excess.value > ridgeless.value)


def test_the_distance_falls_as_one_over_the_width() -> None:
    widths = [float(ax.required_width(model_of(), n_samples=100, ridge=0.01, tolerance=t).value) for t in (1e-4, 1e-6)]
    assert widths[1] / widths[0] == pytest.approx(100.0, rel=0.02, abs=0)


def test_grids_tables_and_figures() -> None:
    mpl.use("agg")
    found = ax.required_width(model_of(), n_samples=[[50], [100], [200]], ridge=[0.0, 0.1])
    assert found.value.shape == (3, 2)
    assert found.per_sample[2, 1] == found.value[2, 1] / 200
    assert found.to_csv().count("\n") > 6
    assert "required_width" in found._repr_html_()
    display = found.plot(per_sample=True)
    assert len(display.lines_) == 2
    assert np.asarray(display.lines_[0].get_ydata()) == pytest.approx(found.per_sample[:, 0], rel=1e-14, abs=0)
    with pytest.raises(InvalidInputError, match="n_samples"):
        ax.required_width(model_of(), n_samples=50, ridge=0.1).plot()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tolerance": 0.0}, r"tolerance = 0\.0"),
        ({"tolerance": 1.0}, r"tolerance = 1\.0"),
        ({"tolerance": "a"}, "tolerance = 'a'"),
        ({"ridge": -1.0}, "ridge"),
        ({"n_samples": np.inf}, "n_samples = inf"),
        ({"n_samples": 0}, "n_samples"),
        ({"quantity": "bias"}, "quantity = 'bias'"),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        ax.required_width(model_of(), **({"n_samples": 10, "ridge": 1.0} | arguments))


def test_other_models_and_infinite_limits_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="a RandomFeatures"):
        ax.required_width(ax.RidgeRegression(ax.Spectrum([1.0]), [1.0]), n_samples=10, ridge=1.0)  # type: ignore[arg-type] # on purpose
    with pytest.raises(HypothesisError, match="n_samples = 40"):
        ax.required_width(model_of(size=40), n_samples=40, ridge=0.0)


@pytest.mark.parametrize(("n", "ridge"), [(60, 0.0), (60, 0.005), (120, 0.01)])
def test_the_simulated_error_at_the_width(n: int, ridge: float) -> None:
    model = model_of(size=100)
    width = float(ax.required_width(model, n_samples=n, ridge=ridge).value)
    wide = ax.check(model, n_samples=n, ridge=ridge, n_features=width, n_trials=20, progress=False)
    assert wide.agrees
    kernel = ax.risk(model, n_samples=n, ridge=ridge, n_features=np.inf).test_error
    narrow = ax.simulate(model, n_samples=n, ridge=ridge, n_features=int(width // 4), n_trials=20, progress=False)
    assert abs(narrow.test_error / kernel - 1) > 0.05 + 2 * narrow.standard_error["test_error"] / kernel


def test_fewer_features_may_do_better_than_infinitely_many() -> None:
    """More samples than eigenvalues: the limit overfits, and one side of the tolerance asks for far fewer features."""
    model = model_of(size=100)
    both, above = (ax.required_width(model, n_samples=120, ridge=0.01, one_sided=side).value for side in (False, True))
    p = np.arange(1.0, float(both) + 1)
    errors = ax.risk(model, n_samples=120, ridge=0.01, n_features=p).test_error
    kernel = float(ax.risk(model, n_samples=120, ridge=0.01, n_features=np.inf).test_error)
    assert float(above) == np.append(0.0, p[errors > 1.05 * kernel]).max() + 1
    assert above < both
    assert errors.min() < 0.9 * kernel
