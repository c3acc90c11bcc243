"""Sphinx: MyST pages and notebooks, formulas by the KaTeX that the package ships. The built site asks nothing of any network."""

from __future__ import annotations

import sys
from pathlib import Path

import asymptotix

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for local_katex and docstrings

project = "asymptotix"
author = "asymptotix contributors"
project_copyright = f"2026, {author}"
release = version = asymptotix.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "docstrings", "local_katex"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"asymptotix {release}"
html_static_path = ["_static", str(HERE.parent / "asymptotix" / "report" / "vendor" / "katex")]
html_css_files = ["wrap.css"]
html_show_sourcelink = False

myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
myst_update_mathjax = False
nb_execution_mode = "force"
nb_execution_timeout = 60
nb_execution_raise_on_error = True
nb_merge_streams = True
nb_render_markdown_format = "myst"  # derivations are Markdown with $formulas$
suppress_warnings = ["mystnb.unknown_mime_type"]  # outputs carry text/latex beside the types a browser shows

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the signature has them
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # fields of a dataclass are documented as attributes already
