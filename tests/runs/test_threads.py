from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info

from asymptotix.runs.threads import single_threaded_blas


def blas_threads():
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_one_thread_inside_and_as_before_outside():
    np.linalg.eigvalsh(np.eye(2))  # a BLAS is loaded
    before = blas_threads()
    assert before
    with single_threaded_blas():
        assert set(blas_threads()) == {1}
        with single_threaded_blas():
            assert set(blas_threads()) == {1}
        assert set(blas_threads()) == {1}
    assert blas_threads() == before
