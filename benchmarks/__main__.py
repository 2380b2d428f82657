"""Every benchmark, one after the other: `python -m benchmarks`."""

from benchmarks import (
    certificate,
    check_dataset,
    cost_curve,
    determinism,
    embedding,
    index_gate,
    near_duplicate_curve,
    near_duplicates,
    noop,
    one_document,
    pii,
    scale_out,
    scorer,
    screening,
    sft,
    sources,
    splits,
    transform,
)

for benchmark in (
    noop,
    one_document,
    sources,
    transform,
    embedding,
    scorer,
    pii,
    screening,
    near_duplicates,
    near_duplicate_curve,
    scale_out,
    certificate,
    check_dataset,
    splits,
    cost_curve,
    sft,
    determinism,
    index_gate,
):
    benchmark.main()
