"""Requests made from the service's own OpenAPI document, by schemathesis: how many, and what was answered.

`python -m benchmarks.fuzz_service PATH_OF_SCHEMATHESIS [REQUESTS]`. It lives in an environment of its own
(`pip install schemathesis`), as it is needed for nothing else. The exit code is 1 after a server error.
"""

import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path

from benchmarks.measuring import show, temporary_folder
from benchmarks.service_process import Service, serving

__all__: list[str] = []

_EXAMPLES = 400
"""Generated requests an operation and round; each round has a seed of its own."""

_CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance"


def main(schemathesis: str, wanted: int) -> int:
    seed = 0
    with temporary_folder() as folder, serving(Service("whole", str(folder / "f.sqlite"))) as port:
        while (answered := _answered(port)).total() < wanted:
            seed += 1
            print(f"round {seed}: {answered.total():,} of {wanted:,} requests answered", flush=True)
            _round(schemathesis, port, seed, folder)
    show("Generated requests", ["status", "requests"], sorted(answered.items()))
    show("All", ["requests", "server errors"], [[answered.total(), _server_errors(answered)]])
    return 1 if _server_errors(answered) else 0


def _round(schemathesis: str, port: int, seed: int, folder: Path) -> None:
    url = f"http://127.0.0.1:{port}/openapi.json"
    options = ["--checks", _CHECKS, "--continue-on-failure", "--no-shrink", "--warnings", "off"]
    counts = ["--max-examples", str(_EXAMPLES), "--seed", str(seed), "--phases", "coverage,fuzzing"]
    command = [schemathesis, "run", url, *options, *counts]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout[-6000:], done.stderr[-2000:])


def _answered(port: int) -> Counter[str]:
    """Requests by status, as the service itself counts them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as page:
        lines = page.read().decode().splitlines()
    counts: Counter[str] = Counter()
    for line in lines:
        if line.startswith("aidp_http_requests_total{"):
            labels, number = line.rsplit(" ", 1)
            counts[labels.split('status="')[1][:3]] += int(float(number))
    return counts


def _server_errors(answered: Counter[str]) -> int:
    """Answers of 500 and above but 503, which is how the service says that it is busy."""
    return sum(n for status, n in answered.items() if status >= "500" and status != "503")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20_000))
