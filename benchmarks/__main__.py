"""Every benchmark, one after the other: `python -m benchmarks`."""

from benchmarks import (
    determinism,
    embedding,
    index_gate,
    noop,
    one_document,
    scorer,
    transform,
)

for benchmark in (
    noop,
    one_document,
    transform,
    embedding,
    scorer,
    determinism,
    index_gate,
):
    benchmark.main()
