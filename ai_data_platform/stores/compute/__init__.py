"""Where batch functions run: this process, worker processes, or a Ray cluster; the same bytes from each."""

import os

from ai_data_platform.core.compute import Compute
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.compute.cluster import RayCluster
from ai_data_platform.stores.compute.processes import LocalProcesses

__all__ = ["LocalProcesses", "RayCluster", "compute_of"]


def compute_of(
    kind: str = "local", *, workers: int | None = None, ray_address: str | None = None
) -> Compute:
    """The compute of this name, `local` or `ray`. Nothing starts before there is work.

    `workers` is for `local`: None is one a core. Raises ConfigurationError when `ray` has no address.
    """
    if kind == "ray":
        if not ray_address:
            raise ConfigurationError(
                "compute is ray and there is no address: set AIDP_RAY_ADDRESS to the host:port of a "
                "running cluster (`ray start --head` prints it), or set AIDP_COMPUTE=local"
            )
        return RayCluster(ray_address)
    if kind != "local":
        raise ConfigurationError(f"no compute {kind!r}; there are local and ray")
    return LocalProcesses(workers or _cores())


def _cores() -> int:
    """Cores that this process may use; not every system says which."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
