"""`aidp search`: passages that answer a question."""

from typing import Annotated

import typer
from rich.text import Text

from ai_data_platform.cli.output import AsJson, console, explained, show_json
from ai_data_platform.cli.places import open_home, query_embedder
from ai_data_platform.settings import read_settings

__all__ = ["search"]


@explained
def search(
    query: Annotated[str, typer.Argument(help="A question in plain words.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Passages to show.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Passages of the published knowledge base that answer a question."""
    from ai_data_platform.stores.search import KnowledgeBase

    settings = read_settings()
    found = KnowledgeBase(open_home(settings), query_embedder(settings))
    hits = found.search(query, k)
    if as_json:
        show_json({"version": found.version(), "hits": hits})
        return
    for rank, hit in enumerate(hits, start=1):
        place = " › ".join(dict.fromkeys([hit["title"], *hit["heading_path"]]))
        page = f", page {hit['page']}" if hit["page"] else ""
        where = (f"{hit['uri']}{page}", "dim")
        console.print(Text.assemble((f"{rank}. {place}", "bold"), "  ", where))
        console.print(hit["text"][:600], style="", highlight=False, markup=False)
        console.print()
