from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.equivalents.ensembles import ensemble_risk
from asymptotix.errors import HypothesisError, InvalidInputError
from tests.equivalents.oracle import cases, floats

CASES = {name: case for name, case in cases("random_features").items() if "eigenvalues" in case["inputs"]}


def problem(case: dict[str, dict[str, object]]) -> tuple[ax.RandomFeatures, dict[str, float]]:
    inputs = case["inputs"]
    spectrum = ax.Spectrum(floats(inputs["eigenvalues"]), floats(inputs["multiplicity"]), float(inputs["tail_mass"]))
    target = ax.Target(floats(inputs["target_energy"]), float(inputs["tail_energy"]))
    model = ax.RandomFeatures(spectrum, target, noise_variance=float(inputs["sigma2"]))
    return model, {"n_samples": float(inputs["n"]), "n_features": float(inputs["p"]), "ridge": float(inputs["lam"])}


@pytest.mark.parametrize("name", CASES)
def test_one_predictor_is_the_single_one_and_infinitely_many_share_the_reference_value(name: str) -> None:
    model, grid = problem(CASES[name])
    reference = {key: float(value) for key, value in CASES[name]["outputs"].items()}
    single, ensemble = ax.risk(model, **grid), ax.risk(model, **grid, n_predictors=[1, 4, np.inf])
    for field, value in single.values.items():
        assert float(ensemble.values[field][0]) == pytest.approx(float(value), rel=1e-14, abs=0), field
    tolerance = 1e-10 if "peak" in name else 1e-12
    assert float(ensemble.excess_risk[2]) == pytest.approx(reference["C_F"], rel=tolerance, abs=0)
    assert float(ensemble.variance[2]) == pytest.approx(reference["Vnoise_ensembleinf"], rel=tolerance, abs=0)
    mixed = reference["excess"] / 4 + 0.75 * reference["C_F"]
    assert float(ensemble.excess_risk[1]) == pytest.approx(mixed, rel=tolerance, abs=0)
    # negative control: the weights of 1/K and 1 - 1/K are not those of 1/K^2
    assert float(ensemble.excess_risk[1]) != pytest.approx(reference["excess"] / 16 + 15 / 16 * reference["C_F"], rel=1e-9, abs=0)


def model_of(noise_variance: float = 0.25) -> ax.RandomFeatures:
    i = np.arange(1.0, 101.0)
    return ax.RandomFeatures(ax.Spectrum(i**-1.5), i**-2.5, noise_variance=noise_variance)


def test_infinitely_many_predictors_are_kernel_ridge_regression_with_the_implicit_ridge() -> None:
    model, ridge = model_of(), 0.01
    ensemble = ax.risk(model, n_samples=40, n_features=[20, 40, 90], ridge=ridge, n_predictors=np.inf)
    implicit = ridge * np.array([20, 40, 90]) / (np.array([20, 40, 90]) - ensemble.df1)
    kernel = ax.risk(ax.RidgeRegression(model.spectrum, model.target, noise_variance=0.25), n_samples=40, ridge=implicit)
    for field in ("bias", "variance", "test_error", "train_error", "in_sample_risk", "df1", "df2", "effective_ridge"):
        assert ensemble.values[field] == pytest.approx(kernel.values[field], rel=1e-12, abs=0), field
    # at the ridge itself it is another predictor
    plain = ax.risk(ax.RidgeRegression(model.spectrum, model.target, noise_variance=0.25), n_samples=40, ridge=ridge)
    assert np.all(np.abs(ensemble.test_error / plain.test_error - 1) > 0.01)


def test_parts_add_up_and_only_what_the_features_do_is_divided() -> None:
    one, four = (ax.risk(model_of(), n_samples=40, n_features=45, ridge=1e-3, n_predictors=k) for k in (1, 4))
    parts = [four.values[name] for name in ("bias_pure", "variance_data", "variance_features", "variance_interaction")]
    assert float(np.sum(parts)) == pytest.approx(float(four.bias), rel=1e-14, abs=0)
    for name, share in [("bias_pure", 1), ("variance_data", 1), ("variance_features", 4), ("variance_interaction", 4)]:
        assert float(four.values[name]) == pytest.approx(float(one.values[name]) / share, rel=1e-15, abs=0), name
    assert float(four.variance) == pytest.approx(0.25 * (float(four.overfitting_coefficient) - 1.0), rel=1e-12, abs=0)


def test_no_peak_is_left_in_a_large_ensemble() -> None:
    p = np.array([20.0, 40.0, 80.0])
    one, many = (ax.risk(model_of(), n_samples=40, n_features=p, ridge=1e-8, n_predictors=k).test_error for k in (1, np.inf))
    assert one[1] > 500 * max(one[0], one[2])
    assert many[1] < max(many[0], many[2])


@pytest.mark.parametrize("ridge", [0.0, 1e-3, -0.002])
def test_more_predictors_are_never_worse(ridge: float) -> None:
    curve = ax.risk(model_of(), n_samples=[[30], [90]], n_features=60, ridge=ridge, n_predictors=[1, 2, 3, 50, np.inf])
    assert curve.shape == (2, 5)
    assert np.all(np.diff(curve.test_error, axis=1) < 0)
    assert float(ax.risk(model_of(), n_samples=np.inf, n_features=60, ridge=0.1, n_predictors=3).variance) == 0.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_predictors": 0}, r"n_predictors = 0\.0"),
        ({"n_predictors": 1.5}, r"n_predictors = 1\.5"),
        ({"n_predictors": float("nan")}, "n_predictors = nan"),
        ({"n_predictors": "two"}, "n_predictors"),
        ({"n_predictors": [1, 2], "n_features": [1, 2, 3]}, "arrays that broadcast together"),
        ({"n_predictors": 2, "certify": True}, "certify = True"),
        ({"n_predictors": 2, "digits": 20}, "digits = 20"),
        ({"n_predictors": 2, "n_features": None}, "n_features = None"),
        ({"n_predictors": 2, "ridge": None, "time": 1.0}, "n_features|n_predictors"),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        ax.risk(model_of(), **({"n_samples": 10, "ridge": 1.0, "n_features": 20} | arguments))


def test_models_without_features_and_the_threshold_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"n_predictors = 2 .*RidgeRegression"):
        ax.risk(ax.RidgeRegression(ax.Spectrum([1.0], [20]), [1.0]), n_samples=10, ridge=1.0, n_predictors=2)
    with pytest.raises(HypothesisError, match="the risk is infinite"):
        ensemble_risk(model_of(), n_samples=30, n_features=30, ridge=0.0, n_predictors=np.inf)
