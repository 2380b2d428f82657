"""The daemon's part in a process that can be killed: sensor ticks and the runs that they ask for, in turn.

`python -m benchmarks.feedback_ticker` on the platform that the environment names, until it is killed. The
instance, the runs and the graph are the real ones; a run is executed in this process.
"""

import logging
import time

import dagster as dg

from ai_data_platform.cli.graph import dagster_instance
from ai_data_platform.cli.places import open_home
from ai_data_platform.definitions import build_definitions
from ai_data_platform.settings import read_settings

__all__ = ["main"]

_SENSORS = ("changed_evaluation_sets", "enough_feedback")
_RUN_KEY = "dagster/run_key"
_EVERY = 0.5  # seconds; the daemon's 15 would make the load twenty times as long


def main() -> None:
    logging.disable()
    settings = read_settings()
    home = open_home(settings)
    definitions = build_definitions(settings)
    repository = definitions.get_repository_def()
    sensors = [repository.get_sensor_def(name) for name in _SENSORS]
    with dagster_instance(home) as instance:
        while True:
            for sensor in sensors:
                resources = {"settings": settings, "home": home}
                tick = sensor.evaluate_tick(dg.build_sensor_context(instance, resources=resources))
                print(tick.skip_message, flush=True)
                for request in tick.run_requests or []:
                    _execute(
                        definitions, instance, request, str(request.job_name or sensor.job_name)
                    )
            time.sleep(_EVERY)


def _execute(
    definitions: dg.Definitions, instance: dg.DagsterInstance, request: dg.RunRequest, name: str
) -> None:
    tags = {**request.tags}
    if request.run_key is not None:
        tags[_RUN_KEY] = request.run_key
        if instance.get_runs(dg.RunsFilter(tags={_RUN_KEY: request.run_key})):
            return
    print(name, tags, flush=True)
    job = definitions.resolve_job_def(name)
    done = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
    for failure in done.get_step_failure_events():
        data = failure.step_failure_data
        cause = data.user_failure_data.description if data.user_failure_data else data.error
        print(f"  {failure.step_key}: {cause}", flush=True)


if __name__ == "__main__":
    main()
