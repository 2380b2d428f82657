"""An existing Ray cluster. ray is imported when there is work for it, not before."""

import logging
import socket
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from ai_data_platform.core.compute import BatchFunction
from ai_data_platform.core.errors import ComputeFailed, ConfigurationError
from ai_data_platform.stores.compute.surroundings import differences, surroundings
from ai_data_platform.stores.compute.wire import answered, in_order

__all__ = ["RayCluster"]

_RETRIES = 5  # of a batch whose worker or node died; Ray's own default is 3
_MOST_UNDER_WAY = 256  # batches of about 1 MB: what the object store holds of them at a time
_ANSWERS_WITHIN = 10  # seconds


class RayCluster:
    """Tasks over batches in Ray's object store; a batch is done again when its worker or node is lost."""

    def __init__(self, address: str, retries: int = _RETRIES) -> None:
        self.address = address
        self._retries = retries

    def map(
        self, function: BatchFunction, batches: Iterable[pa.RecordBatch]
    ) -> Iterator[pa.RecordBatch]:
        ray = _connected(self.address)
        # The worker is asked for the versions that made it, so that no other code answers unnoticed.
        task = ray.remote(_answered).options(num_cpus=1, max_retries=self._retries)
        shared, wanted = ray.put(function), ray.put(dict(surroundings()))
        yield from in_order(
            batches,
            lambda data: task.remote(shared, wanted, data),
            lambda pending: _result(ray, pending),
            window=min(_MOST_UNDER_WAY, 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))),
            cancel=ray.cancel,
        )


def _answered(function: BatchFunction, wanted: Mapping[str, str], data: bytes) -> bytes:
    """Runs on the cluster. Raises ConfigurationError where other versions would answer."""
    if found := differences(wanted):
        raise ConfigurationError(
            f"a Ray worker differs from this process: {'; '.join(found)}. The same bytes need the same "
            "versions: install the same environment on every node"
        )
    return answered(function, data)


def _connected(address: str) -> Any:
    """ray, connected. Raises ConfigurationError when it is not installed or nothing answers."""
    try:
        import ray
    except ImportError as error:
        raise ConfigurationError(
            "compute is ray, which is not installed: pip install 'ai_data_platform[ray]'"
        ) from error
    if not ray.is_initialized():
        try:
            _knock(address)
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (OSError, ValueError, RuntimeError) as error:
            raise ConfigurationError(
                f"no Ray cluster at {address}: {error}. Set AIDP_RAY_ADDRESS to the host:port that "
                "`ray start --head` prints, or AIDP_COMPUTE=local"
            ) from error
    return ray


def _knock(address: str) -> None:
    """Raises OSError when nothing listens there: ray itself asks for many minutes before it says so."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWERS_WITHIN).close()


def _result(ray: Any, pending: Any) -> bytes:
    """The answer. What the function raised is raised as it was, not wrapped."""
    try:
        data: bytes = ray.get(pending)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
    except ray.exceptions.RayError as error:
        raise ComputeFailed(f"the Ray cluster gave no answer to a batch: {error}") from error
    return data
