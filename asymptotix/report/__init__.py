"""Arrays in, output out: tables, plots, LaTeX and self-contained HTML pages. This room knows no model."""
