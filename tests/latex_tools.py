"""Compilers and parsers of LaTeX for the tests: pdflatex with amsmath and amssymb only, KaTeX in strict mode under Node."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

__all__ = ["NODE", "PDFLATEX", "katex_errors", "overfull_points"]

PDFLATEX, NODE = shutil.which("pdflatex"), shutil.which("node")
_PREAMBLE = (
    r"\documentclass[11pt]{article}",
    r"\usepackage{amsmath,amssymb}",
    r"\setlength{\textwidth}{16cm}\setlength{\oddsidemargin}{0pt}\setlength{\parindent}{0pt}\allowdisplaybreaks",
    r"\begin{document}",
)
_SCRIPT = """
const katex = require(process.argv[2]);
const found = [];
for (const tex of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
  try { katex.renderToString(tex, {displayMode: true, throwOnError: true, strict: 'error'}); }
  catch (error) { found.push(tex.slice(0, 200) + ': ' + error.message); }
}
console.log(JSON.stringify(found));
"""


def overfull_points(formulas: Sequence[str], folder: Path) -> list[tuple[float, str]]:
    """Compile all in one document; by how many points a display exceeds 16 cm, and its formula. A TeX error raises."""
    assert PDFLATEX is not None
    lines = [*_PREAMBLE]
    starts = {}
    for formula in formulas:
        starts[len("\n".join(lines).split("\n")) + 1] = formula
        lines.append(rf"\[ {formula} \]")
    (folder / "all.tex").write_text("\n".join([*lines, r"\end{document}"]), encoding="utf-8")
    command = [PDFLATEX, "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=300, check=False)
    if done.returncode:
        raise AssertionError(done.stdout[-2000:])
    found = []
    for points, line in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\) detected at line (\d+)", done.stdout):
        found.append((float(points), starts[max(start for start in starts if start <= int(line))]))
    return found


def katex_errors(formulas: Sequence[str], folder: Path) -> list[str]:
    """What the vendored KaTeX refuses."""
    assert NODE is not None
    library = files("asymptotix.report").joinpath("vendor", "katex", "katex.min.js")
    script = folder / "check.js"
    script.write_text(_SCRIPT, encoding="utf-8")
    command = [NODE, str(script), str(library)]
    done = subprocess.run(command, input=json.dumps(list(formulas)), capture_output=True, text=True, timeout=300, check=True)
    errors: list[str] = json.loads(done.stdout)
    return errors
