from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import ConvergenceError, InvalidInputError
from asymptotix.lazy.network import draw_network
from asymptotix.lazy.training_rule import TrainingRule

RNG = np.random.default_rng(10)


def sphere(n: int, d: int) -> np.ndarray:
    x = RNG.standard_normal((n, d))
    return x * np.sqrt(d) / np.linalg.norm(x, axis=1, keepdims=True)


X, X_TEST = sphere(8, 20), sphere(30, 20)
Y = RNG.standard_normal(8)
Y /= np.linalg.norm(Y)


def report(name: str = "erf", **changes: object) -> ax.LinearizationReport:
    return ax.linearization_report(name, X, Y, **{"width": 512, "X_test": X_TEST, "progress": False, **changes})  # type: ignore[arg-type] # checked there


@pytest.fixture(scope="module")
def wide() -> ax.LinearizationReport:
    return report(width=4096)


def test_a_wide_network_is_lazy_and_within_its_certificate(wide: ax.LinearizationReport) -> None:
    assert wide.outcome == "lazy"
    assert isinstance(wide.certificate, ax.LazyBound)
    assert 0 < wide.rho < 1
    assert wide.displacement <= wide.certificate.displacement < 2 * wide.displacement
    assert (wide.network_residual <= wide.bound_residual + 1e-15).all()
    assert 0 < wide.train_distance.max() <= wide.certificate.prediction_distance
    assert wide.prediction_distance == max(wide.train_distance.max(), wide.test_distance.max())


@pytest.mark.parametrize("name", ["erf", "relu"])
def test_a_scale_that_is_not_lazy_is_called_so(name: str) -> None:
    for width in (256, 2048):  # at b = 1 no width helps
        rich = ax.linearization_report(name, X, 3 * Y, width=width, scale_exponent=1.0, progress=False)
        assert rich.outcome == "not lazy"
        assert rich.kernel_change > 0.2
    assert report(name, width=2048).outcome == "lazy"


def test_between_the_thresholds_it_is_borderline() -> None:
    found = report(width=512, scale_exponent=0.8)
    assert found.outcome == "borderline"
    assert 0.02 < max(found.prediction_distance, found.kernel_change) < 0.2


def test_the_verdict_does_not_listen_to_the_bound() -> None:
    assert report(width=256).outcome == "lazy"
    assert "rho = " in str(report(width=64).certificate)
    relu = report("relu", width=2048)
    assert relu.outcome == "lazy"
    assert relu.certificate == "the lazy bound does not apply to relu: its slope jumps at 0; judge by measurement"
    assert np.isnan(relu.rho)


def test_only_the_last_layer_is_linear_to_rounding() -> None:
    found = report("gelu", layers="last", width=64)
    assert found.prediction_distance < 1e-11
    assert (found.kernel_change, found.feature_change, found.rho) == (0.0, 0.0, 0.0)


TRAININGS = [
    {"training": "flow"}, {"training": "momentum"}, {"training": "sgd", "batch_size": 3},
    {"training": "sgd", "batch_size": 2, "momentum": 0.5},
]  # fmt: skip


@pytest.mark.parametrize("changes", TRAININGS)
def test_every_training_is_told_lazy_from_not_lazy(changes: dict[str, object]) -> None:
    wide, rich = report(width=256, **changes), ax.linearization_report("erf", X, 3 * Y, width=32, scale_exponent=1.0, **changes)  # type: ignore[arg-type] # choices of the list
    assert (wide.outcome, rich.outcome) == ("lazy", "not lazy")
    assert wide.training == changes["training"]
    # a model linear in its parameters is followed exactly, batch by batch
    linear = report("gelu", layers="last", width=64, **changes)
    assert linear.prediction_distance < (1e-6 if changes["training"] == "flow" else 1e-11)
    assert 1e-4 < linear.network_residual[-1] < 0.9


def test_other_batches_are_another_trajectory() -> None:
    kernel = X @ X.T
    paths = [TrainingRule.of("sgd", None, 3, 8, seed).coefficients(kernel, Y, 0.002, [40])[0] for seed in (0, 0, 1)]
    assert (paths[0] == paths[1]).all()
    assert np.linalg.norm(paths[0] - paths[2]) > 0.01 * np.linalg.norm(paths[0])


def test_small_steps_momentum_and_batches_end_where_the_flow_does() -> None:
    rich = {"scale_exponent": 0.9, "width": 32, "time": 0.3}
    end = report(training="flow", **rich).network_test[-1]
    away = {}
    for name, changes in {"descent": {}, "momentum": {"momentum": 0.5}, "sgd": {"batch_size": 4}}.items():
        found = report(training=name, step_size=2e-4, **changes, **rich)
        assert found.time[-1] == pytest.approx(0.3, rel=1e-12, abs=0)
        away[name] = np.linalg.norm(found.network_test[-1] - end) / np.linalg.norm(end)
    assert away["descent"] < 0.01
    assert away["momentum"] < 0.01
    assert 1e-4 < away["sgd"] < 0.1


def test_the_ridge_of_training_is_that_of_its_kernel() -> None:
    network = draw_network(ax.activation("erf"), width=512, dimension=20, scale=512**-0.5, rng=np.random.default_rng(0))
    kernel = network.at(X).kernel()
    for changes in ({"training": "flow", "time": 0.5}, {}):
        found = report(**changes).ridge_of_training
        known = ax.training_ridge(kernel, Y, time=found.time)
        tolerance = 1e-4 if changes else 0.5  # steps of half of 1/s_max are no flow
        assert found.ridge[10] == pytest.approx(known.ridge[10], rel=tolerance, abs=0)
        assert found.self_induced_ridge == pytest.approx(known.self_induced_ridge, rel=1e-9, abs=0)
        assert found.early_stopping_ridge == pytest.approx(1 / found.time, rel=1e-14, abs=0)
        assert found.mismatch[10] < found.early_stopping_mismatch[10]
    doubled = ax.training_ridge(kernel, Y, time=2 * found.time)
    assert abs(doubled.ridge[10] / known.ridge[10] - 1) > 0.3


def test_an_output_scale_is_a_scale_of_the_labels() -> None:
    scaled = report(output_scale=8.0, initialization="independent")
    labels = ax.linearization_report("erf", X, Y / 8, width=512, initialization="independent", X_test=X_TEST, progress=False)
    for name in ("prediction_distance", "kernel_change", "weight_change", "rho"):
        assert getattr(scaled, name) == pytest.approx(getattr(labels, name), rel=1e-7, abs=0)
    assert scaled.time[-1] == pytest.approx(labels.time[-1] / 64, rel=1e-9, abs=0)
    assert report(initialization="independent").kernel_change > 4 * scaled.kernel_change


def test_numbers_are_those_of_a_training_by_hand() -> None:
    """Gradient descent with the matrix J, three lines of NumPy, and the linear model with the same steps."""
    steps, width = 25, 40
    found = report("tanh", width=width, scale_exponent=0.75, seed=3, step_size=0.002, time=0.05)
    network = draw_network(ax.activation("tanh"), width=width, dimension=20, scale=width**-0.75, rng=np.random.default_rng(3))
    a, w, scale = network.output_weights.copy(), network.weights.copy(), width**-0.75

    def jacobian(points: np.ndarray, a: np.ndarray, w: np.ndarray) -> np.ndarray:
        h = np.tanh(points @ w.T)
        inner = ((1 - h**2) * a)[:, :, None] * points[:, None, :]
        return scale * np.hstack([h, inner.reshape(len(points), -1)])

    start, move = jacobian(X, a, w), np.zeros(width * 21)
    for _ in range(steps):
        gradient = jacobian(X, a, w).T @ (scale * np.tanh(X @ w.T) @ a - Y)
        move -= 0.002 * start.T @ (start @ move - Y)
        a -= 0.002 * gradient[:width]
        w -= 0.002 * gradient[width:].reshape(width, 20)
    end = jacobian(X, a, w)
    assert found.step[-1] == steps
    np.testing.assert_allclose(found.network_test[-1], scale * np.tanh(X_TEST @ w.T) @ a, rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        found.linear_test[-1], jacobian(X_TEST, network.output_weights, network.weights) @ move, atol=1e-12
    )
    assert found.feature_change == pytest.approx(np.linalg.norm(end - start) / np.linalg.norm(start), rel=1e-10, abs=0)
    kernels = [J @ J.T for J in (start, end)]
    change = np.linalg.norm(kernels[1] - kernels[0]) / np.linalg.norm(kernels[0])
    assert found.kernel_change == pytest.approx(change, rel=1e-10, abs=0)
    assert found.sigma_min == pytest.approx(np.linalg.svd(start)[1][-1], rel=1e-9, abs=0)
    assert found.sigma_max == pytest.approx(np.linalg.svd(start)[1][0], rel=1e-12, abs=0)


def test_a_start_that_is_kept_counts_in_the_residual() -> None:
    kept = report(initialization="independent", subtract_start=False, layers="first")
    without = report(initialization="independent", layers="first")
    assert kept.lipschitz == pytest.approx(without.lipschitz, rel=1e-12, abs=0)
    assert kept.rho > 1.5 * without.rho
    np.testing.assert_allclose(kept.network_test[0] - without.network_test[0], 0, atol=1e-15)


def test_duplicate_points_are_named_by_their_rows() -> None:
    points = X.copy()
    points[6] = points[2]
    found = ax.linearization_report("erf", points, Y, width=64, progress=False)
    assert found.duplicates == ((2, 6),)
    assert found.sigma_min == 0
    assert found.certificate == "the tangent kernel is singular, rows 2 and 6 of X are equal"
    assert "2 = 6" in found.summary()


def test_steps_beyond_the_stable_one_are_refused_or_noticed() -> None:
    stable = report().stable_step_size
    with pytest.raises(InvalidInputError, match=r"step_size = .* must be below 2/s_max = "):
        report(step_size=1.001 * stable)
    assert report(step_size=0.999 * stable, time=5 * stable).step[-1] == 6
    rich = {"name": "relu", "scale_exponent": 1.5, "width": 128}
    with pytest.raises(ConvergenceError, match="largest stable step there"):
        report(**rich, step_size=0.9 * report(**rich).stable_step_size, time=400 * report(**rich).stable_step_size)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": 511}, "width = 511 .* even"), ({"width": 0}, "width = 0"), ({"layers": "second"}, "layers = 'second'"),
        ({"time": -1.0}, "time = -1.0"), ({"X_test": np.ones((2, 3))}, "X_test = "),
        ({"scale_exponent": np.nan}, "scale_exponent"),
        ({"scale_exponent": -300}, "scale_exponent"),
        ({"width": np.nan}, "width"),
        ({"seed": -1}, "seed"),
        ({"training": "adam"}, "training = 'adam'"), ({"momentum": 0.5}, "momentum = 0.5 .* left out"),
        ({"training": "momentum", "momentum": 1.0}, r"momentum = 1.0 .*\[0, 1\)"),
        ({"training": "momentum", "batch_size": 2}, "batch_size = 2 .* left out"),
        ({"training": "sgd", "batch_size": 9}, "batch_size = 9 .* from 1 to n = 8"),
        ({"training": "flow", "step_size": 0.1}, "step_size = 0.1 .* left out"), ({"output_scale": 0.0}, "output_scale = 0.0"),
        ({"training": "sgd", "batch_size": 1, "step_size": 0.04, "time": 8.0}, "diverged at step"),
        ({"time": 1e12}, "time = .* at most 10.7 steps"), ({"initialization": "zero"}, "initialization = 'zero'"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        report(**changes)


@pytest.mark.parametrize("labels", [np.zeros(8), np.ones(7), np.full(8, np.nan)])
def test_labels_that_cannot_be_learned_are_refused(labels: np.ndarray) -> None:
    with pytest.raises(InvalidInputError, match="y = "):
        ax.linearization_report("erf", X, labels, width=8)


def test_progress_table_and_figure(wide: ax.LinearizationReport) -> None:
    seen: list[tuple[int, int]] = []
    found = report(width=8, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (found.step[-1], found.step[-1])
    assert wide.table.names[:3] == ("step", "time", "network_residual")
    assert wide.to_csv().count("\n") > 30
    assert "<table" in wide._repr_html_()
    assert wide.summary().startswith("lazy: erf, N = 4096")
    display = wide.plot()
    assert [line.get_label() for line in display.lines_] == [
        "network", "linearization", "distance", "distance, test points", "bound on the network",
    ]  # fmt: skip
