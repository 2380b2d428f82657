"""The Python client: what a rating costs the product's own thread, and how fast ratings go out."""

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server
from statistics import median, quantiles
from urllib.request import urlopen

from ai_data_platform.client import FeedbackClient
from benchmarks.measuring import Cost, cost_of, median_cost, ratios, show, temporary_folder

__all__ = ["main"]

_CALLS = 20_000
_PLAIN = 2_000
_ROUNDS = 3
_TEXT = "Clear, but the link in the second paragraph is dead."
_NOBODY = "http://127.0.0.1:9"
_SERVICE = """
import sys
from pathlib import Path
import uvicorn
from ai_data_platform.api.app import create_app
from ai_data_platform.stores.feedback import open_feedback
store = open_feedback(Path(sys.argv[1]))
uvicorn.run(create_app(store), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


def main() -> None:
    """Target: a rating costs the product well below a millisecond, whatever the service does."""
    logging.disable()  # the service that is down is meant to be
    with temporary_folder() as folder, _service(folder / "feedback.sqlite") as url:
        _latency(folder, url)
        _throughput(folder, url)


def _latency(folder: Path, url: str) -> None:
    rows = [
        _calls("memory", "down", FeedbackClient(_NOBODY)),
        _calls("memory", "up", FeedbackClient(url)),
        _calls("file", "down", FeedbackClient(_NOBODY, outbox=folder / "down.sqlite")),
        _calls("file", "up", FeedbackClient(url, outbox=folder / "up.sqlite")),
    ]
    columns = ["outbox", "service", "calls", "median µs", "p99 µs", "p99.9 µs", "CPU µs a call"]
    show("`rate()` in the product's thread", columns, rows)


def _calls(outbox: str, service: str, client: FeedbackClient) -> list[object]:
    """Calls a millisecond apart, as in a product; the CPU time is that of the calling thread."""
    took: list[float] = []
    cpu = 0
    for number in range(_CALLS // 4):
        spent, start = time.thread_time_ns(), time.perf_counter_ns()
        client.rate("conversation-17", f"m-{number}", 4, user_id="user-42", text=_TEXT)
        took.append((time.perf_counter_ns() - start) / 1_000)
        cpu += time.thread_time_ns() - spent
        time.sleep(0.001)
    client.close(timeout_s=30 if service == "up" else 0)
    cuts = quantiles(took, n=1_000)
    each = cpu / len(took) / 1_000
    return [outbox, service, len(took), median(took), cuts[989], cuts[998], each]


def _throughput(folder: Path, url: str) -> None:
    plain: list[Cost] = []
    memory: list[Cost] = []
    file: list[Cost] = []
    for number in range(_ROUNDS):
        path = folder / f"{number}.sqlite"
        plain.append(_each(_PLAIN, lambda: _plain(url, _PLAIN)))
        memory.append(_each(_CALLS, lambda: _sent(FeedbackClient(url))))
        file.append(_each(_CALLS, lambda path=path: _sent(FeedbackClient(url, outbox=path))))
    rows = [
        _row("one POST a rating, connection kept open", plain, plain),
        _row("client, outbox in memory", plain, memory),
        _row("client, outbox in a file", plain, file),
    ]
    columns = ["way", "ratings a second", "CPU µs a rating, product", "less CPU", "faster"]
    show("From the first call until the service has stored all", columns, rows)


def _each(count: int, work: Callable[[], None]) -> Cost:
    cost = cost_of(work)
    return Cost(cost.cpu / count, cost.wall / count)


def _sent(client: FeedbackClient) -> None:
    for number in range(_CALLS):
        client.rate("conversation-17", f"m-{number}", 4, user_id="user-42", text=_TEXT)
    if not client.flush(120):
        raise SystemExit(f"not everything was sent: {client.state()}")
    client.close()


def _plain(url: str, count: int) -> None:
    """What a product would write without the client: it waits for each answer."""
    connection = HTTPConnection(url.removeprefix("http://"))
    body = {"conversation_id": "c", "rating": 4, "user_id": "user-42", "feedback_text": _TEXT}
    headers = {"Content-Type": "application/json"}
    for number in range(count):
        text = json.dumps(body | {"message_id": f"{time.monotonic_ns()}-{number}"})
        connection.request("POST", "/feedback", text, headers)
        connection.getresponse().read()
    connection.close()


def _row(name: str, plain: Sequence[Cost], costs: Sequence[Cost]) -> list[object]:
    cost = median_cost(costs)
    return [name, round(1 / cost.wall), cost.cpu * 1e6, *ratios(plain, costs)]


@contextmanager
def _service(path: Path) -> Iterator[str]:
    """The service in a process of its own: its CPU seconds are not the product's."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", _SERVICE, str(path), str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        _until(lambda: urlopen(f"{url}/healthz", timeout=1).close())
        yield url
    finally:
        process.kill()
        process.wait()


def _until(answers: Callable[[], None]) -> None:
    for _ in range(200):
        try:
            answers()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the service did not start")


if __name__ == "__main__":
    main()
