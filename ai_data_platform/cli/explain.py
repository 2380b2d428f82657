"""`aidp explain`: the way of a row to its raw line, and of a raw line to its rows or its reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from rich.text import Text
from rich.tree import Tree

from ai_data_platform.cli.gate_view import OUTCOME_STYLE
from ai_data_platform.cli.output import console, shortened
from ai_data_platform.core.provenance import Fate, RecordPath
from ai_data_platform.stores.provenance import (
    EARLIER,
    ChunkPath,
    DatasetRow,
    DocumentPath,
    Explanation,
    RawLine,
    TableVerdict,
)

__all__ = ["explanation_as_json", "show_explanation"]

_MARKS = {
    "row": ("✓", "green"),
    "dropped": ("✗", "yellow"),
    "quarantined": ("✗", "yellow"),
    "unused": ("–", "dim"),
    "waiting": ("…", "dim"),
    "unaccounted": ("✗", "red"),
}
_FULL = 3  # ratings that are shown in full; more of them have a line each
_GUIDE = 4  # cells that a level of the tree takes
_SHORT = 12  # hex digits of a fingerprint: as long as a version's name


def show_explanation(found: Explanation, *, most: int | None) -> None:
    """Print the tree: rows, raw records with their fates (`most` of each kind), documents, verdicts."""
    tree = Tree(Text.assemble((found.asked, "bold"), f" is a {' and a '.join(found.kinds)}"))
    shown = {row.id for row in found.rows if row.standing != EARLIER}
    for row in found.rows:
        _row(tree, row, brief=row.standing == EARLIER and row.id in shown)
    for kind in ("exchange", "file", "rating"):
        records = [record for record in found.records if record.kind == kind]
        brief = kind == "rating" and len(records) > _FULL
        for record in records[:most]:
            if brief:
                _rating(tree, record)
            else:
                _record(tree, record, found.raw.get(record.place))
        if most is not None and len(records) > most:
            tree.add(Text(f"and {len(records) - most} more {kind}s: --all shows them", "dim"))
    for document in found.documents:
        _document(tree, document, most)
    _verdicts(tree, found.verdicts)
    for note in found.notes:
        tree.add(_line(1, note, "yellow"))
    console.print(tree)


def explanation_as_json(found: Explanation) -> dict[str, Any]:
    """The explanation for programs; each record carries its raw line."""
    return {
        "asked": found.asked,
        "kinds": list(found.kinds),
        "rows": [asdict(row) | {"record_ids": row.record_ids} for row in found.rows],
        "records": [
            asdict(record) | {"raw": _raw_as_json(found.raw.get(record.place))}
            for record in found.records
        ],
        "documents": [
            asdict(one) | {"path": one.path and str(one.path)} for one in found.documents
        ],
        "verdicts": [asdict(verdict) for verdict in found.verdicts],
        "notes": list(found.notes),
    }


def _raw_as_json(raw: RawLine | None) -> dict[str, Any] | None:
    return None if raw is None else asdict(raw) | {"path": str(raw.path)}


def _row(tree: Tree, row: DatasetRow, *, brief: bool) -> None:
    head = f"{row.dataset} {row.version} ({row.standing}), {row.split}: row {row.id}"
    branch = tree.add(_line(1, head, "bold"))
    for name, text in () if brief else _messages(row):
        branch.add(_line(2, text, first=f"{name:<10}"))


def _messages(row: DatasetRow) -> Iterator[tuple[str, str]]:
    values = row.values
    if row.dataset == "sft":
        yield from ((m["role"], m["content"]) for m in values["messages"])
        return
    yield from ((m["role"], m["content"]) for m in values["prompt"])
    if row.dataset == "unpaired_preference":
        yield _answer("liked" if values["label"] else "disliked", values, "completion", "rating")
        return
    for side in ("chosen", "rejected"):
        yield _answer(side, values, side, f"{side}_rating")


def _answer(name: str, values: Mapping[str, Any], column: str, rating: str) -> tuple[str, str]:
    """An answer behind its mean rating; an edit has none."""
    text = " ".join(message["content"] for message in values[column])
    stars = values[rating]
    return name, f"({'edited' if stars is None else f'{stars:.3g}'}) {text}"


def _rating(tree: Tree, record: RecordPath) -> None:
    """A rating among many, on one line."""
    fate = next((fate for fate in record.fates if fate.state == "row"), record.fates[0])
    mark, style = _MARKS[fate.state]
    text = f"{record.message_id or record.conversation_id}: {record.text}; {_ending(fate)}"
    head = Text.assemble(("rating ", "bold"), (f"{record.place} ", "cyan"), (f"{mark} ", style))
    tree.add(head + _line(1, text, room=console.width - _GUIDE - head.cell_len))


def _record(tree: Tree, record: RecordPath, raw: RawLine | None) -> None:
    named = record.message_id or record.conversation_id or ""
    offset = f", byte {raw.offset:,}" if raw is not None and raw.offset is not None else ""
    if raw is not None and isinstance(raw.path, str):
        offset = f" in {raw.path}"  # a database: the line is a sequence
    branch = tree.add(
        Text.assemble(
            (f"{record.kind} ", "bold"), f"{named}  ".lstrip(), (f"{record.place}{offset}", "cyan")
        )
    )
    if record.record_id:
        branch.add(_line(2, f"{record.record_id}, day {record.day}", "dim", first="record_id "))
    for first, text, style in _texts(record, raw):
        branch.add(_line(2, text, style, first=f"{first:<10}"))
    for fates in _told_together(record.fates):
        _fate(branch, fates)
    if record.elsewhere:
        branch.add(_line(2, ", ".join(record.elsewhere), "dim", first="also in   "))


def _texts(record: RecordPath, raw: RawLine | None) -> Iterator[tuple[str, str, str]]:
    """(name, text, style) of the raw line, of what it became, and of what redaction replaced."""
    if raw is not None:
        yield "raw", raw.text, ""
        if raw.same is False:
            yield "", "the line changed since it was read: the next run reads it again", "yellow"
    elif record.text and record.record_id is None:
        yield "raw", record.text, ""
    if record.record_id and record.text:
        yield "text", record.text, ""
    if record.placeholders:
        counts = ", ".join(f"{kind} {n}" for kind, n in record.placeholders.items())
        yield "redacted", counts, ""


def _told_together(fates: Sequence[Fate]) -> list[list[Fate]]:
    """Fates that say the same of several datasets or versions, once."""
    said: dict[Fate, list[Fate]] = {}
    for fate in fates:
        said.setdefault(replace(fate, dataset="", version=None), []).append(fate)
    return list(said.values())


def _fate(branch: Tree, fates: Sequence[Fate]) -> None:
    fate = fates[0]
    mark, style = _MARKS[fate.state]
    where = ", ".join(" ".join(filter(None, (one.dataset, one.version))) for one in fates)
    node = branch.add(_line(2, f"{where}: {_ending(fate)}", first=f"{mark} ", mark=style))
    if fate.detail:
        node.add(_line(3, fate.detail, "dim"))
    if fate.matched is not None:
        kind = fate.matched.kind.replace("_", " ")
        node.add(_line(3, f"{kind} {fate.matched.id}", first="matched "))
        if fate.matched.text:
            node.add(_line(3, fate.matched.text, "dim"))


def _ending(fate: Fate) -> str:
    if fate.state == "row":
        what = f"{fate.role} in" if fate.role else "in"
        named = ", ".join(fate.rows[:3]) + (
            f" and {len(fate.rows) - 3} more" if fate.rows[3:] else ""
        )
        return f"{what} row {named}, {fate.split}"
    words = {
        "dropped": "dropped at",
        "quarantined": "set aside at",
        "unused": "in no row, by",
        "waiting": "waits for",
        "unaccounted": "not accounted for, by",
    }
    return f"{words[fate.state]} {fate.stage}: {fate.reason}"


def _document(tree: Tree, document: DocumentPath, most: int | None) -> None:
    branch = tree.add(Text.assemble(("document ", "bold"), (document.uri, "cyan")))
    branch.add(_line(2, str(document.path or "the file is gone"), first="file      "))
    if document.reason:
        branch.add(
            _line(2, f"set aside: {document.reason}: {document.detail}", first="✗ ", mark="yellow")
        )
        return
    branch.add(_line(2, f"{document.title} ({document.media_type})", first="title     "))
    branch.add(_line(2, str(document.doc_id), "dim", first="doc_id    "))
    for chunk in document.chunks[:most]:
        _chunk(branch, chunk)
    if most is not None and len(document.chunks) > most:
        branch.add(Text(f"and {len(document.chunks) - most} more chunks: --all shows them", "dim"))


def _chunk(branch: Tree, chunk: ChunkPath) -> None:
    page = f", page {chunk.page}" if chunk.page else ""
    place = " › ".join(chunk.heading_path)
    head = f"chunk {chunk.chunk_id} at {chunk.position}{page}, {chunk.words} words"
    mark = {True: ("✓", "green"), False: ("–", "dim"), None: ("…", "dim")}[chunk.published]
    node = branch.add(_line(2, head, first=f"{mark[0]} ", mark=mark[1]))
    node.add(_line(3, place, "dim"))
    node.add(_line(3, chunk.text, "dim"))


def _verdicts(tree: Tree, verdicts: Sequence[TableVerdict]) -> None:
    if not verdicts:
        return
    branch = tree.add(Text("gates on the way", "bold"))
    room = max(len(verdict.table) for verdict in verdicts)
    for verdict in verdicts:
        outcome = verdict.outcome or "no verdict"
        when = f"{verdict.judged_at:%Y-%m-%d %H:%M}" if verdict.judged_at else ""
        branch.add(
            Text.assemble(
                f"{verdict.table:<{room}}  {(verdict.fingerprint or '')[:_SHORT]:<{_SHORT}}  ",
                (outcome, OUTCOME_STYLE.get(outcome, "red")),
                f"  {when}",
            )
        )


def _line(
    depth: int,
    text: str,
    style: str = "",
    *,
    first: str = "",
    mark: str = "dim",
    room: int | None = None,
) -> Text:
    """One line of the tree that fits the terminal; `first` stands before the text in its own style."""
    room = console.width - _GUIDE * depth - len(first) if room is None else room
    return Text.assemble((first, mark), (shortened(text, max(room, _GUIDE)), style))
