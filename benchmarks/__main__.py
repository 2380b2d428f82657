"""Every benchmark, one after the other: `python -m benchmarks`."""

from benchmarks import (
    determinism,
    embedding,
    index_gate,
    near_duplicates,
    noop,
    one_document,
    pii,
    scorer,
    transform,
)

for benchmark in (
    noop,
    one_document,
    transform,
    embedding,
    scorer,
    pii,
    near_duplicates,
    determinism,
    index_gate,
):
    benchmark.main()
