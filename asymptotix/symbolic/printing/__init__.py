"""How formulas are written: LaTeX as a paper prints it, Python and Wolfram source, plain records."""
