"""A run launcher that keeps what it is given and executes it in this process when asked."""

from collections.abc import Mapping
from typing import Any, Self

from dagster._config.config_schema import UserConfigSchema
from dagster._core.execution.api import execute_run
from dagster._core.launcher import LaunchRunContext, RunLauncher
from dagster._serdes import ConfigurableClass
from dagster._serdes.config_class import ConfigurableClassData
from dagster._utils.hosted_user_process import recon_job_from_origin

__all__ = ["HereRunLauncher"]


class HereRunLauncher(RunLauncher[Any], ConfigurableClass):
    """A process for each run would import Dagster and dbt each time: 5 CPU seconds.

    A run is executed after the request that launched it was answered, as a process of its own would be:
    the request stands in an event loop, and a run has one of its own.
    """

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._waiting: list[LaunchRunContext] = []
        super().__init__()

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> Self:
        return cls(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        self._waiting.append(context)

    def terminate(self, run_id: str) -> bool:
        return False

    def execute(self) -> None:
        """Every run that waits, in the order of their launch."""
        while self._waiting:
            context = self._waiting.pop(0)
            origin = context.job_code_origin
            assert origin is not None
            execute_run(recon_job_from_origin(origin), context.dagster_run, self._instance)
