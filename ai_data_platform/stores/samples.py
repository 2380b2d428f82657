"""A sample on disk: chat logs, documents, feedback and questions, and what was planted in them."""

import csv
import gzip
import shutil
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from random import Random
from typing import IO, Any, Protocol, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.records import CHAT_LOG
from ai_data_platform.core.samples.broken import BrokenRecords
from ai_data_platform.core.samples.dialogues import TurnMaker
from ai_data_platform.core.samples.exchanges import Exchange, chat_row, conversations
from ai_data_platform.core.samples.pages import pages
from ai_data_platform.core.samples.planting import Planter
from ai_data_platform.core.samples.questions import eval_questions
from ai_data_platform.core.samples.raters import Raters
from ai_data_platform.core.samples.rendering import render
from ai_data_platform.core.samples.side_files import BROKEN_DOCUMENTS, readme
from ai_data_platform.core.samples.spec import SampleReport, SampleSpec
from ai_data_platform.core.samples.timeline import FIRST_DAY, LogFile, log_files
from ai_data_platform.core.samples.unwanted import UNWANTED_FILE, unwanted_conversations

__all__ = ["SampleReport", "SampleSpec", "write_sample"]

Row = dict[str, Any]

_MARKER = "expected.json"
_STAGED = ".partial"
_PAGES_ASKED_ABOUT = 2_000  # their facts take 60 MB, and chats about more pages read no different
_FEEDBACK_FILES, _FEEDBACK_LINES = 3, 50_000
"""At least so many files, the last of them packed, and at most so many lines in each."""
_TRUNCATED_ROWS = 5

_COLUMNS = [n for n in CHAT_LOG.names if n != "thread" and n[:6] not in ("record", "source")]
_PARQUET = pa.schema([CHAT_LOG.field(name) for name in _COLUMNS])


def write_sample(folder: Path, spec: SampleSpec) -> SampleReport:
    """Write a sample into a folder that is empty or holds an older sample, which it replaces.

    The same spec gives the same bytes. Everything is written aside first, so that a failure leaves
    what was there. A folder with anything else in it is refused with a ConfigurationError.
    """
    with _staged(folder) as staged:
        return _Sample(staged, spec).write()


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    older = _older_sample(folder)
    staged = folder / _STAGED
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    try:
        yield staged
        _remove(folder, older)
        _move(staged, folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _remove(folder: Path, names: list[str]) -> None:
    """Delete these files and the folders that they leave empty."""
    for path in (folder / name for name in names):
        path.unlink(missing_ok=True)
        for parent in path.parents:
            if parent == folder or not parent.is_dir() or any(parent.iterdir()):
                break
            parent.rmdir()


def _move(staged: Path, folder: Path) -> None:
    """Bring everything to its place, the marker last: it says that the sample is whole."""
    for source in sorted(staged.rglob("*"), key=lambda path: (path.name == _MARKER, path)):
        target = folder / source.relative_to(staged)
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            source.replace(target)


def _older_sample(folder: Path) -> list[str]:
    """The files of the sample that is there, without its marker; files of other people stay."""
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} is a file: name a folder for the sample")
    if not folder.exists() or all(path.name == _STAGED for path in folder.iterdir()):
        return []
    try:
        names = orjson.loads((folder / _MARKER).read_bytes())["files"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{folder} holds files and no readable {_MARKER}, so it is not a sample: "
            "name an empty folder, or delete what is there"
        ) from error
    root = folder.resolve()
    return [name for name in names if (root / name).resolve().is_relative_to(root)]


class _Sink(Protocol):
    def write(self, row: Row) -> None: ...

    def close(self) -> None: ...


class _JsonLines:
    """One JSON object a line, packed where the name ends in .gz; no time stamp gets into the file."""

    def __init__(self, path: Path) -> None:
        self._open = ExitStack()
        file = self._open.enter_context(path.open("wb", buffering=1 << 20))
        self._file: IO[bytes] = file
        if path.suffix == ".gz":
            packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0)
            self._file = cast(IO[bytes], self._open.enter_context(packed))

    def write(self, row: Row) -> None:
        self._file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def write_line(self, line: bytes) -> None:
        self._file.write(line)

    def close(self) -> None:
        self._open.close()


class _Csv:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="", buffering=1 << 20)
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._rows.writerow(_COLUMNS)

    def write(self, row: Row) -> None:
        self._rows.writerow([row[name] for name in _COLUMNS])

    def close(self) -> None:
        self._file.close()


class _Parquet:
    """Keeps the rows of one file, 50,000 at most, until it is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: list[Row] = []

    def write(self, row: Row) -> None:
        self._rows.append(row | {"created_at": datetime.fromisoformat(row["created_at"])})

    def close(self) -> None:
        table = pa.Table.from_pylist(self._rows, schema=_PARQUET)
        pq.write_table(table, self._path, compression="zstd")


class _Feedback:
    """Spreads the events over files of equal length, the last of which is packed."""

    def __init__(self, folder: Path, lines: int) -> None:
        self._folder = folder
        self._size = max(1, min(_FEEDBACK_LINES, -(-lines // _FEEDBACK_FILES)))
        self._files = -(-lines // self._size)
        self._written = 0
        self._sink: _JsonLines | None = None

    def write(self, event: Row) -> None:
        if self._sink is None or self._written % self._size == 0:
            self.close()
            number = self._written // self._size + 1
            packed = ".gz" if number == self._files else ""
            self._sink = _JsonLines(self._folder / f"part-{number:03d}.jsonl{packed}")
        self._sink.write(event)
        self._written += 1

    def close(self) -> None:
        if self._sink is not None:
            self._sink.close()


class _Sample:
    def __init__(self, root: Path, spec: SampleSpec) -> None:
        self._root = root
        self._spec = spec
        self._totals: Counter[str] = Counter()
        self._planted: Counter[str] = Counter()
        books = [page.facts for page in pages(spec.seed, min(spec.documents, _PAGES_ASKED_ABOUT))]
        self._chance = Random(f"{spec.seed}/chat").random
        self._maker = TurnMaker(books, self._chance)

    def write(self) -> SampleReport:
        questions = list(eval_questions(self._spec.seed, self._spec.documents))
        self._write_documents()
        self._write_chats()
        self._write_unwanted(questions)
        self._write_unreadable_files()
        self._totals["eval_questions"] = len(questions)
        with closing(_JsonLines(self._root / "eval_questions.jsonl")) as sink:
            for question in questions:
                sink.write(question)
        (self._root / "README.md").write_text(readme(self._spec), encoding="utf-8")
        report = SampleReport(self._spec, _sorted(self._totals), _sorted(self._planted))
        (self._root / _MARKER).write_bytes(self._expected(report))
        return report

    def _expected(self, report: SampleReport) -> bytes:
        paths = [path for path in self._root.rglob("*") if path.is_file()]
        files = sorted(path.relative_to(self._root).as_posix() for path in paths)
        return orjson.dumps(
            asdict(report) | {"files": files},
            option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
        )

    def _write_documents(self) -> None:
        folder = self._root / "documents"
        for page in pages(self._spec.seed, self._spec.documents):
            _write(folder / page.uri, render(page))
            self._totals["documents"] += 1
            self._totals["facts"] += len(page.facts)
        for name, data in BROKEN_DOCUMENTS.items():
            _write(folder / name, data)
            self._planted["document_not_a_pdf" if data else "document_empty"] += 1

    def _write_chats(self) -> None:
        for name in ("chat_logs", "feedback"):
            (self._root / name).mkdir()
        planter = Planter(self._maker, Random(f"{self._spec.seed}/planted").random)
        raters = Raters(self._spec, Random(f"{self._spec.seed}/feedback").random)
        broken = BrokenRecords(self._spec)
        with closing(_Feedback(self._root / "feedback", self._spec.feedback)) as feedback:
            for file in log_files(self._spec):
                self._write_log(file, planter, broken, raters, feedback)
        self._planted += planter.tally + raters.tally
        self._totals["feedback_lines"] = raters.written

    def _write_log(
        self,
        file: LogFile,
        planter: Planter,
        broken: BrokenRecords,
        raters: Raters,
        feedback: _Feedback,
    ) -> None:
        users = max(20, self._spec.conversations * 3 // 5)
        with closing(_sink(self._root / "chat_logs" / file.name)) as sink:
            for conversation in conversations(file, self._maker, users, self._chance):
                exchanges = planter.plant(conversation)
                for exchange in exchanges:
                    sink.write(chat_row(exchange, file.offset_minutes))
                self._count(exchanges)
                if isinstance(sink, _JsonLines):
                    last = chat_row(conversation.exchanges[-1], file.offset_minutes)
                    for kind, line in broken.after(conversation.number, last):
                        sink.write_line(line)
                        self._planted[f"broken_{kind}"] += 1
                for event in raters.events(conversation):
                    feedback.write(event)

    def _write_unwanted(self, questions: list[Row]) -> None:
        with closing(_JsonLines(self._root / "chat_logs" / UNWANTED_FILE)) as sink:
            for kind, conversation in unwanted_conversations(questions):
                for exchange in conversation.exchanges:
                    sink.write(chat_row(exchange, offset_minutes=0))
                self._count(conversation.exchanges)
                self._planted[kind] += 1

    def _count(self, exchanges: list[Exchange]) -> None:
        totals = self._totals
        totals["conversations"] += 1
        totals["chat_rows"] += len(exchanges)
        for exchange in exchanges:
            if exchange.siblings > 1:
                totals["sibling_answers"] += 1
            if exchange.rating is not None:
                totals["rated_rows"] += 1

    def _write_unreadable_files(self) -> None:
        folder = self._root / "chat_logs"
        (folder / f"{FIRST_DAY.isoformat()}-upload.jsonl").touch()
        self._planted["file_empty"] += 1
        lines = [orjson.dumps(row) for row in self._late_rows()]
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        packed = packer.compress(b"\n".join(lines)[:-20])
        packed += packer.flush(zlib.Z_SYNC_FLUSH)  # all but the end mark, the same on every machine
        (folder / f"{FIRST_DAY.isoformat()}-late.jsonl.gz").write_bytes(packed)
        self._planted["file_truncated_gzip"] += 1

    def _late_rows(self) -> Iterator[Row]:
        for number in range(_TRUNCATED_ROWS + 1):
            message, answer = self._maker.single()
            values = (f"late{number}", f"late{number}-a0", f"late{number}-u0", 0, message, answer)
            stamp = f"{FIRST_DAY.isoformat()}T21:4{number}:07Z"
            rest = (None, "tarnholt-assist-1", f"u{number:06d}", stamp)
            yield dict(zip(_COLUMNS, values + rest, strict=True))


def _sink(path: Path) -> _Sink:
    if path.suffix == ".csv":
        return _Csv(path)
    return _Parquet(path) if path.suffix == ".parquet" else _JsonLines(path)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
