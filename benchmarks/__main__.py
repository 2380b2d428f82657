"""Every benchmark, one after the other: `python -m benchmarks`."""

from benchmarks import embedding, noop, one_document, transform

for benchmark in (noop, one_document, transform, embedding):
    benchmark.main()
