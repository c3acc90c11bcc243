"""The high-dimensional theory of linearized neural networks, calculated.

The public names; each is loaded when it is first used, so that `import asymptotix` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:  # the same names again, for type checkers and editors; tests/test_imports.py compares the two lists
    from asymptotix.activations.activation import Activation as Activation, activation as activation
    from asymptotix.activations.family import ActivationFamily as ActivationFamily
    from asymptotix.conventions import (
        convert_effective_ridge as convert_effective_ridge,
        convert_ridge as convert_ridge,
        restate_ridge as restate_ridge,
    )
    from asymptotix.equivalents.benign import (
        BenignOverfitting as BenignOverfitting,
        benign_overfitting as benign_overfitting,
    )
    from asymptotix.equivalents.derivatives.risk_derivatives import (
        RiskDerivative as RiskDerivative,
        risk_derivative as risk_derivative,
    )
    from asymptotix.equivalents.dispatch import risk as risk
    from asymptotix.equivalents.features_scaling import (
        FeaturesScalingLaw as FeaturesScalingLaw,
        features_scaling_law as features_scaling_law,
    )
    from asymptotix.equivalents.fixed_point import EffectiveRidge as EffectiveRidge, effective_ridge as effective_ridge
    from asymptotix.equivalents.inference.from_data import infer as infer
    from asymptotix.equivalents.inference.inferred import Inference as Inference
    from asymptotix.equivalents.inference.predicted_curve import PredictedCurve as PredictedCurve
    from asymptotix.equivalents.negative_ridge.edge import smallest_ridge as smallest_ridge
    from asymptotix.equivalents.optima.best_n_features import (
        OptimalFeatures as OptimalFeatures,
        optimal_n_features as optimal_n_features,
    )
    from asymptotix.equivalents.optima.best_ridge import OptimalRidge as OptimalRidge, optimal_ridge as optimal_ridge
    from asymptotix.equivalents.optima.best_time import OptimalTime as OptimalTime, optimal_time as optimal_time
    from asymptotix.equivalents.optima.required_width import (
        RequiredWidth as RequiredWidth,
        required_width as required_width,
    )
    from asymptotix.equivalents.polynomial_regime import (
        CriticalRegime as CriticalRegime,
        critical_regime as critical_regime,
    )
    from asymptotix.equivalents.proportional import (
        ProportionalRegime as ProportionalRegime,
        proportional_regime as proportional_regime,
    )
    from asymptotix.equivalents.scaling_laws import ScalingLaw as ScalingLaw, scaling_law as scaling_law
    from asymptotix.equivalents.single_draw import fluctuation as fluctuation
    from asymptotix.equivalents.staircase import (
        FeaturesStaircase as FeaturesStaircase,
        features_staircase as features_staircase,
    )
    from asymptotix.errors import (
        AsymptotixError as AsymptotixError,
        ConvergenceError as ConvergenceError,
        DeadlineError as DeadlineError,
        ExpressionError as ExpressionError,
        HypothesisError as HypothesisError,
        InvalidInputError as InvalidInputError,
        MissingExtraError as MissingExtraError,
        NotInClosedClassError as NotInClosedClassError,
        ProblemFileError as ProblemFileError,
        StorageError as StorageError,
        TruncationWarning as TruncationWarning,
        WorkerDiedError as WorkerDiedError,
    )
    from asymptotix.figures.activation_sheet import ActivationSheet as ActivationSheet, formula_sheet as formula_sheet
    from asymptotix.kernels.finite_width import finite_width_kernel as finite_width_kernel
    from asymptotix.kernels.inner_product import (
        exponential_kernel as exponential_kernel,
        inner_product_kernel as inner_product_kernel,
        laplace_kernel as laplace_kernel,
        polynomial_kernel as polynomial_kernel,
        rbf_kernel as rbf_kernel,
    )
    from asymptotix.kernels.largest_eigenvalues import top_spectrum as top_spectrum
    from asymptotix.kernels.many_ridges import ridge_path as ridge_path
    from asymptotix.kernels.matrix import kernel_matrices as kernel_matrices, kernel_matrix as kernel_matrix
    from asymptotix.kernels.operator import KernelOperator as KernelOperator
    from asymptotix.kernels.regression import KernelRegression as KernelRegression
    from asymptotix.lazy.beside_linearization import linearization_report as linearization_report
    from asymptotix.lazy.bound import LazyBound as LazyBound, lazy_bound as lazy_bound
    from asymptotix.lazy.concentration_study import (
        WidthConcentration as WidthConcentration,
    )
    from asymptotix.lazy.concentration_trials import (
        width_concentration as width_concentration,
    )
    from asymptotix.lazy.effective_ridge_of_training import (
        TrainingRidge as TrainingRidge,
        training_ridge as training_ridge,
    )
    from asymptotix.lazy.kernel_staircase import (
        KernelStaircase as KernelStaircase,
        kernel_staircase as kernel_staircase,
    )
    from asymptotix.lazy.leap import (
        LeapExponent as LeapExponent,
        leap_exponent as leap_exponent,
    )
    from asymptotix.lazy.mean_field_equations import (
        MeanFieldLimit as MeanFieldLimit,
        mean_field_limit as mean_field_limit,
    )
    from asymptotix.lazy.neuron_against_kernel import (
        NeuronAgainstKernel as NeuronAgainstKernel,
        neuron_against_kernel as neuron_against_kernel,
    )
    from asymptotix.lazy.one_step import (
        OneGradientStep as OneGradientStep,
        one_gradient_step as one_gradient_step,
    )
    from asymptotix.lazy.online_descent import (
        OnlineDescent as OnlineDescent,
        online_sgd as online_sgd,
    )
    from asymptotix.lazy.population_flow import (
        PopulationDynamics as PopulationDynamics,
        population_dynamics as population_dynamics,
    )
    from asymptotix.lazy.report_of_training import LinearizationReport as LinearizationReport
    from asymptotix.lazy.scaled_networks import (
        ScaleStudy as ScaleStudy,
        scale_study as scale_study,
    )
    from asymptotix.lazy.single_neuron_descent import (
        SingleNeuronDescent as SingleNeuronDescent,
        single_neuron_descent as single_neuron_descent,
    )
    from asymptotix.lazy.single_neuron_flow import (
        SingleNeuronFlow as SingleNeuronFlow,
        single_neuron_flow as single_neuron_flow,
    )
    from asymptotix.lazy.spherical_flow import (
        spherical_flow_time as spherical_flow_time,
    )
    from asymptotix.lazy.target_energies import (
        TargetEnergies as TargetEnergies,
        information_exponent as information_exponent,
        target_energies as target_energies,
    )
    from asymptotix.lazy.widths import WidthStudy as WidthStudy, width_study as width_study
    from asymptotix.models.covariate_law import CovariateLaw as CovariateLaw
    from asymptotix.models.covariate_shift import CovariateShift as CovariateShift
    from asymptotix.models.deep_features import DeepRandomFeatures as DeepRandomFeatures
    from asymptotix.models.given_features import GivenFeatures as GivenFeatures
    from asymptotix.models.kernel_ridge import KernelRidge as KernelRidge
    from asymptotix.models.latent_space import LatentSpace as LatentSpace
    from asymptotix.models.neural_tangent import NeuralTangent as NeuralTangent
    from asymptotix.models.random_features import RandomFeatures as RandomFeatures
    from asymptotix.models.random_features_and_tangent import RandomFeaturesAndTangent as RandomFeaturesAndTangent
    from asymptotix.models.ridge_regression import RidgeRegression as RidgeRegression
    from asymptotix.results import RiskCurve as RiskCurve, SimulatedCurve as SimulatedCurve
    from asymptotix.runs.dask_engine import DaskExecutor as DaskExecutor
    from asymptotix.runs.pool import WorkerPool as WorkerPool
    from asymptotix.simulation.concentration import (
        KernelConcentration as KernelConcentration,
        kernel_concentration as kernel_concentration,
    )
    from asymptotix.simulation.trials import simulate as simulate
    from asymptotix.spectra.compression.compressed_spectrum import CompressedSpectrum as CompressedSpectrum
    from asymptotix.spectra.compression.compressing import compress as compress, load_spectrum as load_spectrum
    from asymptotix.spectra.density import density_spectrum as density_spectrum
    from asymptotix.spectra.empirical import empirical_spectrum as empirical_spectrum
    from asymptotix.spectra.exponential import ExponentialDecay as ExponentialDecay
    from asymptotix.spectra.marchenko_pastur import MarchenkoPastur as MarchenkoPastur
    from asymptotix.spectra.power_law import PowerLaw as PowerLaw
    from asymptotix.spectra.spectrum import Spectrum as Spectrum
    from asymptotix.spectra.spectrum_sum import combine as combine
    from asymptotix.spectra.sphere import activation_spectrum as activation_spectrum, kernel_spectrum as kernel_spectrum
    from asymptotix.spectra.tail_sums import EffectiveRanks as EffectiveRanks, effective_ranks as effective_ranks
    from asymptotix.spectra.target import Target as Target
    from asymptotix.sweeps.result import Sweep as Sweep
    from asymptotix.sweeps.run_sweep import sweep as sweep
    from asymptotix.symbolic.arc_cosine import arc_cosine_kernel as arc_cosine_kernel
    from asymptotix.symbolic.closed_risk.closed_form import (
        ClosedForm as ClosedForm,
        closed_form as closed_form,
        closed_forms as closed_forms,
    )
    from asymptotix.symbolic.coefficients.eigenvalues import kernel_eigenvalue as kernel_eigenvalue
    from asymptotix.symbolic.coefficients.expansion_formula import gegenbauer_expansion as gegenbauer_expansion
    from asymptotix.symbolic.coefficients.gegenbauer import gegenbauer_coefficient as gegenbauer_coefficient
    from asymptotix.symbolic.coefficients.harmonic_counts import multiplicity as multiplicity
    from asymptotix.symbolic.coefficients.hermite import hermite_coefficient as hermite_coefficient
    from asymptotix.symbolic.dual import dual_kernel as dual_kernel
    from asymptotix.symbolic.learnability.decay_law import eigenvalue_decay as eigenvalue_decay
    from asymptotix.symbolic.learnability.universal_kernels import universality as universality
    from asymptotix.symbolic.learnability.vanishing_degrees import null_degrees as null_degrees
    from asymptotix.symbolic.network import nngp_kernel as nngp_kernel, tangent_kernel as tangent_kernel
    from asymptotix.verdict.comparison import compare as compare
    from asymptotix.verdict.experiment import check as check
    from asymptotix.verdict.judgement import Verdict as Verdict
    from asymptotix.verdict.study import CovariateStudy as CovariateStudy, covariate_study as covariate_study

_HOME = {
    "activation": "activations.activation",
    "Activation": "activations.activation",
    "ActivationFamily": "activations.family",
    "dual_kernel": "symbolic.dual",
    "arc_cosine_kernel": "symbolic.arc_cosine",
    "nngp_kernel": "symbolic.network",
    "tangent_kernel": "symbolic.network",
    "hermite_coefficient": "symbolic.coefficients.hermite",
    "gegenbauer_coefficient": "symbolic.coefficients.gegenbauer",
    "gegenbauer_expansion": "symbolic.coefficients.expansion_formula",
    "kernel_eigenvalue": "symbolic.coefficients.eigenvalues",
    "multiplicity": "symbolic.coefficients.harmonic_counts",
    "null_degrees": "symbolic.learnability.vanishing_degrees",
    "universality": "symbolic.learnability.universal_kernels",
    "eigenvalue_decay": "symbolic.learnability.decay_law",
    "closed_form": "symbolic.closed_risk.closed_form",
    "closed_forms": "symbolic.closed_risk.closed_form",
    "ClosedForm": "symbolic.closed_risk.closed_form",
    "formula_sheet": "figures.activation_sheet",
    "ActivationSheet": "figures.activation_sheet",
    "kernel_matrix": "kernels.matrix",
    "kernel_matrices": "kernels.matrix",
    "KernelOperator": "kernels.operator",
    "KernelRegression": "kernels.regression",
    "ridge_path": "kernels.many_ridges",
    "top_spectrum": "kernels.largest_eigenvalues",
    "finite_width_kernel": "kernels.finite_width",
    "inner_product_kernel": "kernels.inner_product",
    "exponential_kernel": "kernels.inner_product",
    "rbf_kernel": "kernels.inner_product",
    "laplace_kernel": "kernels.inner_product",
    "polynomial_kernel": "kernels.inner_product",
    "Spectrum": "spectra.spectrum",
    "Target": "spectra.target",
    "PowerLaw": "spectra.power_law",
    "ExponentialDecay": "spectra.exponential",
    "MarchenkoPastur": "spectra.marchenko_pastur",
    "density_spectrum": "spectra.density",
    "combine": "spectra.spectrum_sum",
    "compress": "spectra.compression.compressing",
    "load_spectrum": "spectra.compression.compressing",
    "CompressedSpectrum": "spectra.compression.compressed_spectrum",
    "activation_spectrum": "spectra.sphere",
    "kernel_spectrum": "spectra.sphere",
    "empirical_spectrum": "spectra.empirical",
    "RidgeRegression": "models.ridge_regression",
    "KernelRidge": "models.kernel_ridge",
    "LatentSpace": "models.latent_space",
    "BenignOverfitting": "equivalents.benign",
    "benign_overfitting": "equivalents.benign",
    "EffectiveRanks": "spectra.tail_sums",
    "effective_ranks": "spectra.tail_sums",
    "CovariateLaw": "models.covariate_law",
    "CovariateShift": "models.covariate_shift",
    "CriticalRegime": "equivalents.polynomial_regime",
    "critical_regime": "equivalents.polynomial_regime",
    "ScalingLaw": "equivalents.scaling_laws",
    "scaling_law": "equivalents.scaling_laws",
    "RandomFeatures": "models.random_features",
    "NeuralTangent": "models.neural_tangent",
    "RandomFeaturesAndTangent": "models.random_features_and_tangent",
    "GivenFeatures": "models.given_features",
    "DeepRandomFeatures": "models.deep_features",
    "effective_ridge": "equivalents.fixed_point",
    "EffectiveRidge": "equivalents.fixed_point",
    "smallest_ridge": "equivalents.negative_ridge.edge",
    "risk": "equivalents.dispatch",
    "fluctuation": "equivalents.single_draw",
    "infer": "equivalents.inference.from_data",
    "Inference": "equivalents.inference.inferred",
    "PredictedCurve": "equivalents.inference.predicted_curve",
    "risk_derivative": "equivalents.derivatives.risk_derivatives",
    "RiskDerivative": "equivalents.derivatives.risk_derivatives",
    "optimal_ridge": "equivalents.optima.best_ridge",
    "OptimalRidge": "equivalents.optima.best_ridge",
    "optimal_n_features": "equivalents.optima.best_n_features",
    "ProportionalRegime": "equivalents.proportional",
    "proportional_regime": "equivalents.proportional",
    "FeaturesScalingLaw": "equivalents.features_scaling",
    "features_scaling_law": "equivalents.features_scaling",
    "FeaturesStaircase": "equivalents.staircase",
    "features_staircase": "equivalents.staircase",
    "required_width": "equivalents.optima.required_width",
    "RequiredWidth": "equivalents.optima.required_width",
    "OptimalTime": "equivalents.optima.best_time",
    "optimal_time": "equivalents.optima.best_time",
    "OptimalFeatures": "equivalents.optima.best_n_features",
    "KernelConcentration": "simulation.concentration",
    "kernel_concentration": "simulation.concentration",
    "WidthConcentration": "lazy.concentration_study",
    "width_concentration": "lazy.concentration_trials",
    "MeanFieldLimit": "lazy.mean_field_equations",
    "mean_field_limit": "lazy.mean_field_equations",
    "OnlineDescent": "lazy.online_descent",
    "online_sgd": "lazy.online_descent",
    "PopulationDynamics": "lazy.population_flow",
    "population_dynamics": "lazy.population_flow",
    "ScaleStudy": "lazy.scaled_networks",
    "scale_study": "lazy.scaled_networks",
    "simulate": "simulation.trials",
    "check": "verdict.experiment",
    "sweep": "sweeps.run_sweep",
    "Sweep": "sweeps.result",
    "compare": "verdict.comparison",
    "Verdict": "verdict.judgement",
    "CovariateStudy": "verdict.study",
    "covariate_study": "verdict.study",
    "linearization_report": "lazy.beside_linearization",
    "LazyBound": "lazy.bound",
    "lazy_bound": "lazy.bound",
    "TrainingRidge": "lazy.effective_ridge_of_training",
    "training_ridge": "lazy.effective_ridge_of_training",
    "KernelStaircase": "lazy.kernel_staircase",
    "kernel_staircase": "lazy.kernel_staircase",
    "LeapExponent": "lazy.leap",
    "leap_exponent": "lazy.leap",
    "NeuronAgainstKernel": "lazy.neuron_against_kernel",
    "neuron_against_kernel": "lazy.neuron_against_kernel",
    "OneGradientStep": "lazy.one_step",
    "one_gradient_step": "lazy.one_step",
    "LinearizationReport": "lazy.report_of_training",
    "SingleNeuronDescent": "lazy.single_neuron_descent",
    "single_neuron_descent": "lazy.single_neuron_descent",
    "SingleNeuronFlow": "lazy.single_neuron_flow",
    "single_neuron_flow": "lazy.single_neuron_flow",
    "spherical_flow_time": "lazy.spherical_flow",
    "TargetEnergies": "lazy.target_energies",
    "information_exponent": "lazy.target_energies",
    "target_energies": "lazy.target_energies",
    "WidthStudy": "lazy.widths",
    "width_study": "lazy.widths",
    "RiskCurve": "results",
    "SimulatedCurve": "results",
    "convert_effective_ridge": "conventions",
    "convert_ridge": "conventions",
    "restate_ridge": "conventions",
    "AsymptotixError": "errors",
    "ConvergenceError": "errors",
    "DeadlineError": "errors",
    "ExpressionError": "errors",
    "HypothesisError": "errors",
    "InvalidInputError": "errors",
    "MissingExtraError": "errors",
    "NotInClosedClassError": "errors",
    "ProblemFileError": "errors",
    "StorageError": "errors",
    "TruncationWarning": "errors",
    "WorkerDiedError": "errors",
    "WorkerPool": "runs.pool",
    "DaskExecutor": "runs.dask_engine",
}

__all__ = [*_HOME]


if not TYPE_CHECKING:  # a type checker would take any misspelt name for a public one

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module 'asymptotix' has no attribute {name!r}")
        value = getattr(import_module(f"asymptotix.{_HOME[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
