"""Activations: text -> expression tree -> values and facts. No SymPy; every object is picklable."""

from asymptotix.activations.activation import Activation, activation
from asymptotix.activations.catalogue import CATALOGUE
from asymptotix.activations.family import ActivationFamily
from asymptotix.activations.growth import Growth
from asymptotix.activations.homogeneity import Homogeneity
from asymptotix.activations.parser import parse
from asymptotix.activations.unparse import unparse

__all__ = ["CATALOGUE", "Activation", "ActivationFamily", "Growth", "Homogeneity", "activation", "parse", "unparse"]
