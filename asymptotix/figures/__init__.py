"""The jobs of the demo: real input in, figures, tables, formulas and verdicts out."""
