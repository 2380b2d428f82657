"""`aidp search`: passages that answer a question."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.text import Text

from ai_data_platform.cli.output import AsJson, console, explained, show_json
from ai_data_platform.cli.places import open_home, query_embedder
from ai_data_platform.core.retrieval import Filters, SearchMode
from ai_data_platform.settings import read_settings

__all__ = ["search"]


@explained
def search(
    query: Annotated[str, typer.Argument(help="A question in plain words.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Passages to show.")] = 5,
    mode: Annotated[
        SearchMode, typer.Option(help="By meaning and words, or by one of them.")
    ] = "hybrid",
    source: Annotated[str | None, typer.Option(help="Name of a source folder.")] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639 code, such as de.")] = None,
    media_type: Annotated[str | None, typer.Option(help="Such as application/pdf.")] = None,
    below: Annotated[
        str | None, typer.Option(metavar="URI", help="What the uri begins with.")
    ] = None,
    version: Annotated[
        str | None,
        typer.Option(help="A published version, or `candidate`: the newest, judged or not."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Passages of the published knowledge base that answer a question."""
    from ai_data_platform.stores.search import KnowledgeBase

    settings = read_settings()
    knowledge = KnowledgeBase(open_home(settings), query_embedder(settings))
    filters = Filters(source=source, language=language, media_type=media_type, uri_prefix=below)
    found = knowledge.search(query, k, mode=mode, filters=filters, version=version)
    if as_json:
        show_json({"version": found.version, "hits": found.hits})
        return
    for rank, hit in enumerate(found.hits, start=1):
        _show(rank, hit)
    if not found.hits:
        console.print("No passage was found.")


def _show(rank: int, hit: Mapping[str, Any]) -> None:
    place = " › ".join(dict.fromkeys([hit["title"], *hit["heading_path"]]))
    page = f", page {hit['page']}" if hit["page"] else ""
    where = (f"{hit['uri']}{page}", "dim")
    console.print(Text.assemble((f"{rank}. {place}", "bold"), "  ", where))
    console.print(hit["text"][:600], style="", highlight=False, markup=False)
    console.print()
