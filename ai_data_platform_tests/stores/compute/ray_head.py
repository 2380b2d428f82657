"""A Ray cluster of one node for as long as one module runs against it.

`python -m ai_data_platform_tests.stores.compute.ray_head MODULE ARGUMENT ...` runs the module with
`ADDRESS` among its arguments replaced by the address of the cluster.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["ray_head"]

_PATIENCE = 120  # seconds


@contextmanager
def ray_head() -> Iterator[str]:
    """The address of a head node that asks for a token, as one that `ray start` gives by default."""
    ray = str(Path(sys.executable).with_name("ray"))
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}
    subprocess.run([ray, "get-auth-token", "--generate"], check=True, capture_output=True)
    port = _free_port()
    start = ["start", "--head", f"--port={port}", "--num-cpus=2", "--include-dashboard=false"]
    # Sessions that are left in /tmp/ray are what the next `ray.init` of anybody would look for.
    with TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        head = subprocess.Popen(
            [ray, *start, f"--temp-dir={folder}", "--block"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, head)
            yield f"127.0.0.1:{port}"
        finally:
            head.terminate()
            head.wait()


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, head: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and head.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"Ray did not answer on port {port} within {_PATIENCE} s")


if __name__ == "__main__":
    with ray_head() as address:
        arguments = [address if argument == "ADDRESS" else argument for argument in sys.argv[1:]]
        command = [sys.executable, "-W", "error", "-m", *arguments]
        code = subprocess.run(command, check=False).returncode
    sys.exit(code)
