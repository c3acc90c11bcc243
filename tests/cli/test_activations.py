from __future__ import annotations

import json

from asymptotix.activations import CATALOGUE, activation

from .conftest import Run


def test_every_name_is_listed_as_it_can_be_typed(run: Run) -> None:
    lines = run("activations").stdout.splitlines()
    assert len(lines) == len(CATALOGUE) + 1
    for line, name in zip(lines, CATALOGUE, strict=False):
        written = line.split("  ")[0]
        assert written.split("(")[0] == name
        assert activation(written) == activation(name)
    assert "swish = silu" in lines[-1]


def test_some_names(run: Run) -> None:
    text = run("activations", "silu", "softshrink").stdout
    assert text.splitlines()[0] == "silu(beta=1)               x*sigmoid(beta*x)                           beta positive"
    assert len(text.splitlines()) == 2
    found = json.loads(run("activations", "swish", "--json").stdout)
    assert found == {"swish": {"formula": "x*sigmoid(beta*x)", "parameters": {"beta": {"default": "1", "range": "positive"}},
                               "remark": ""}}  # fmt: skip


def test_an_unknown_name_suggests_the_nearest(run: Run) -> None:
    result = run("activations", "SoftShrink")
    assert result.exit_code == 2
    assert "did you mean 'softshrink'?" in result.stderr
    assert "lists the names" in run("activations", "zzzz").stderr
