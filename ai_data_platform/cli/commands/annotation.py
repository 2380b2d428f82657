"""`aidp annotation-queue`: what people should compare next."""

from pathlib import Path
from typing import Annotated

import typer

from ai_data_platform.cli.output import AsJson, console, explained, shortened, show_json, table
from ai_data_platform.cli.places import open_home
from ai_data_platform.settings import read_settings

__all__ = ["annotation_queue"]


@explained
def annotation_queue(
    out: Annotated[
        Path | None, typer.Option(help="Write the whole queue here, one item a line of JSON.")
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Items to show.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Pairs of answers to compare, those first whose outcome a label may change."""
    from ai_data_platform.stores.annotation import QUEUE, write_queue

    home = open_home(read_settings())
    items = home.verified.read(QUEUE).to_pylist()
    if out is not None:
        write_queue(home, out)
    if as_json:
        show_json(items[:k])
        return
    rows = [
        (
            f"{item['chance_of_change']:.2f}",
            item["reason"].replace("_", " "),
            len(item["raters"]),
            shortened(item["prompt"][-1]["content"], 60),
        )
        for item in items[:k]
    ]
    title = f"{len(items):,} items" + (f", written to {out}" if out else "")
    console.print(table(["chance", "why", "people", "question"], rows, title=title))
    console.print("Label them at /annotate of `aidp serve`.")
