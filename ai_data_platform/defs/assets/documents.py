"""Documents: files to text in sections, sections to chunks."""

from collections import Counter
from typing import Any

import dagster as dg
import pyarrow as pa

from ai_data_platform import __version__
from ai_data_platform.core.documents import CHUNK, CHUNKER_VERSION, chunk_rows
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.gates import Rule
from ai_data_platform.defs.automation.conditions import CHANGED_AND_GATED
from ai_data_platform.defs.checks import verdict_checks
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.reporting import audited_result
from ai_data_platform.settings import Settings
from ai_data_platform.stores.audit import Made, audited_table
from ai_data_platform.stores.documents import DOCUMENT, DocumentFolders
from ai_data_platform.stores.home import Home

__all__ = ["document_checks", "document_chunks", "raw_documents"]

_IDENTITY = ("uri", "content_hash", "source", "extractor")
_NOT_EMPTY = (Rule("rows", ">", 0, "an empty source would empty the whole index"),)


@dg.asset(group_name="raw", kinds={"parquet", "python"}, owners=["team:data"], code_version="1")
@fails_closed()
def raw_documents(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    home: dg.ResourceParam[Home],
) -> dg.MaterializeResult[Any]:
    """Every readable document of the source folders as text in sections, with title and heading path.

    Files that give no text stand in `raw_documents_quarantine` with their reason. A file that was deleted
    leaves the table.
    """
    folders = DocumentFolders(settings.documents, home.index)
    inputs = fingerprint(folders.inputs())
    parsed = 0

    def make() -> Made:
        nonlocal parsed
        scan = folders.scan(
            home.verified.read_if_passed("raw_documents"),
            home.lake.read_if_any("raw_documents_quarantine"),
            context.log.info,
        )
        parsed = scan.parsed
        home.lake.write("raw_documents_quarantine", scan.unreadable, inputs=inputs)
        return Made(scan.documents, dropped=Counter(scan.unreadable["reason"].to_pylist()))

    audited = audited_table(
        home.lake,
        home.ledger,
        "raw_documents",
        make,
        _NOT_EMPTY,
        inputs=inputs,
        code_version=__version__,
    )
    return audited_result(audited, DOCUMENT, parsed=parsed)


@dg.asset(
    deps=[raw_documents],
    group_name="knowledge_base",
    kinds={"parquet", "python"},
    owners=["team:data"],
    code_version=CHUNKER_VERSION,
    automation_condition=CHANGED_AND_GATED,
)
@fails_closed()
def document_chunks(
    settings: dg.ResourceParam[Settings], home: dg.ResourceParam[Home]
) -> dg.MaterializeResult[Any]:
    """Passages of the documents, cut where their content says so, so that an edit moves one or two."""
    options = settings.chunk_options()
    upstream = home.verified.fingerprints("raw_documents")
    version = fingerprint([CHUNKER_VERSION, options.fingerprint, CHUNK.names])
    inputs = fingerprint([upstream["raw_documents"], version])
    audited = audited_table(
        home.lake,
        home.ledger,
        "document_chunks",
        lambda: Made(_chunk(home, options, version), extra={"chunker": version}),
        _NOT_EMPTY,
        inputs=inputs,
        code_version=__version__,
        made_from=upstream,
    )
    return audited_result(audited, CHUNK)


def document_checks() -> list[dg.AssetChecksDefinition]:
    """No documents or no chunks: nothing further is built."""
    return [
        verdict_checks(asset, {"rows": "row_count_above_zero"})
        for asset in ("raw_documents", "document_chunks")
    ]


def _chunk(home: Home, options: Any, version: str) -> pa.Table:
    """The chunks of every document; those of an unchanged document are taken over."""
    manifest = home.lake.manifest("document_chunks")
    earlier = home.verified.read_if_passed("document_chunks")
    known: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    if manifest is not None and earlier is not None and manifest.extra.get("chunker") == version:
        for row in earlier.to_pylist():
            known.setdefault(tuple(row[name] for name in _IDENTITY), []).append(row)
    rows: list[dict[str, Any]] = []
    for document in home.verified.read("raw_documents").to_pylist():
        made = known.get(tuple(document[name] for name in _IDENTITY))
        rows += chunk_rows(document, options) if made is None else made
    return pa.Table.from_pylist(rows, schema=CHUNK)
