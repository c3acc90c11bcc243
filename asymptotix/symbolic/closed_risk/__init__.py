"""Closed forms of the risk: isotropic and two-level ridge, a power law, critical and proportional regimes, peak laws."""
