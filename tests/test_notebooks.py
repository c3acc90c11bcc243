"""Every notebook runs from top to bottom within a minute, without a network, and is stored without outputs."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))

# The kernel talks to this process through sockets on this machine; every other address is refused.
OFFLINE = """
import socket as _socket
_connect = _socket.socket.connect
def _local_only(self, address):
    if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
        raise OSError(f"a notebook asked for the network: {address}")
    return _connect(self, address)
_socket.socket.connect = _local_only
"""


@pytest.fixture(autouse=True)
def _inline_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel chooses Matplotlib's backend; conftest.py chose one for the other tests."""
    monkeypatch.delenv("MPLBACKEND")


def run(notebook: nbformat.NotebookNode, folder: Path) -> None:
    notebook.cells.insert(0, nbformat.v4.new_code_cell(OFFLINE))
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()


def output_types(notebook: nbformat.NotebookNode) -> set[str]:
    return {kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})}


def test_there_are_notebooks() -> None:
    assert {path.stem for path in NOTEBOOKS} >= {"first_steps", "double_descent"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stored_without_outputs(path: Path) -> None:
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_offline(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    run(notebook, tmp_path)
    errors = [output for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    warned = [output.text for cell in notebook.cells for output in cell.get("outputs", []) if output.get("name") == "stderr"]
    assert errors == []
    assert not [text for text in warned if re.search(r"Warning|Traceback", text)], warned
    assert "image/png" in output_types(notebook), "a notebook here goes from a question to a figure"


def test_a_network_request_and_a_failing_cell_are_noticed(tmp_path: Path) -> None:
    request = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)")]
    )
    with pytest.raises(CellExecutionError, match="asked for the network"):
        run(request, tmp_path)
