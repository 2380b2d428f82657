"""A run with nothing changed against the first run, on the sample that ships with the project."""

from benchmarks.measuring import Cost, aidp, median_cost, show, temporary_folder
from benchmarks.traces import embedded, files_of, rewritten

__all__ = ["main"]

_ROUNDS = 3


def main() -> None:
    """Target: an unchanged run costs less than 5 % of the first, embeds nothing and writes nothing."""
    with temporary_folder() as home:
        settings = {"AIDP_HOME": str(home)}
        first = aidp("run", settings=settings)
        loaded, files = embedded(home), files_of(home)
        again: list[Cost] = []
        forced: list[Cost] = []
        for _ in range(_ROUNDS):
            again.append(aidp("run", settings=settings))
            written, texts = rewritten(files, files_of(home)), _new(loaded, embedded(home))
            forced.append(aidp("run", "--force", settings=settings))
        rows = [
            _row("first run", first, first, sum(loaded.values()), len(files)),
            _row("nothing changed", median_cost(again), first, texts, written),
            _row(
                "nothing changed, every asset asked (--force)",
                median_cost(forced),
                first,
                _new(loaded, embedded(home)),
                rewritten(files, files_of(home)),
            ),
        ]
    columns = ["aidp run", "CPU s", "wall s", "CPU share", "texts embedded", "files written"]
    show("A run with nothing changed", columns, rows)


def _new(before: dict[str, int], after: dict[str, int]) -> int:
    return sum(after.values()) - sum(before.values())


def _row(name: str, cost: Cost, first: Cost, texts: int, files: int) -> list[object]:
    return [name, cost.cpu, cost.wall, f"{cost.cpu / first.cpu:.1%}", texts, files]


if __name__ == "__main__":
    main()
