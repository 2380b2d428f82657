"""One sentence of one page edited: what the refresh embeds and costs, against the load of all pages."""

import argparse
import re
import shutil
from pathlib import Path

from ai_data_platform.stores.lake import Lake
from benchmarks.documents import rust_book
from benchmarks.measuring import aidp, show, temporary_folder
from benchmarks.traces import embedded

__all__ = ["main"]

_SENTENCE = re.compile(r"^[A-Z][^.\n`]+(\n[^.\n`]+)*\.(?=\s)", re.MULTILINE)


def main(pages: str = "20") -> None:
    """Target: only chunks whose text changed are embedded."""
    book = rust_book()
    if book is None:
        print("\nOne document changed: skipped, for want of the Rust book; set AIDP_TEST_DATA")
        return
    with temporary_folder() as folder:
        documents = folder / "documents"
        copied = _copy(book, documents, pages)
        graph = _Graph(folder / "home", documents)
        rows = [graph.refresh("load")]
        _edit(copied[len(copied) // 2])
        rows.append(graph.refresh("refresh after the edit"))
        rows.append(graph.refresh("refresh with nothing changed"))
    columns = ["aidp run raw_documents+", "CPU s", "wall s", "texts", "new texts", "texts embedded"]
    show(f"One sentence edited in one of {len(copied)} pages of the Rust book", columns, rows)


class _Graph:
    """Runs the document lane and remembers what it held and had embedded before."""

    def __init__(self, home: Path, documents: Path) -> None:
        self._home = home
        self._settings = {"AIDP_HOME": str(home), "AIDP_DOCUMENTS": str(documents)}
        self._texts: set[str] = set()
        self._embedded = 0

    def refresh(self, name: str) -> list[object]:
        cost = aidp("run", "raw_documents+", settings=self._settings)
        texts, total = _text_hashes(self._home), embedded(self._home)["chunk_embeddings"]
        new, fresh = len(texts - self._texts), total - self._embedded
        self._texts, self._embedded = texts, total
        return [name, cost.cpu, cost.wall, len(texts), new, fresh]


def _copy(book: Path, to: Path, pages: str) -> list[Path]:
    to.mkdir()
    found = sorted(book.glob("ch*.md" if pages != "all" else "*.md"))
    chosen = found if pages == "all" else found[: int(pages)]
    return [Path(shutil.copy(page, to)) for page in chosen]


def _edit(page: Path) -> None:
    """Put another sentence in the place of the page's middle one."""
    text = page.read_text(encoding="utf-8")
    found = list(_SENTENCE.finditer(text))
    middle = found[len(found) // 2]
    changed = text[: middle.start()] + "This sentence is new." + text[middle.end() :]
    page.write_text(changed, encoding="utf-8")


def _text_hashes(home: Path) -> set[str]:
    return set(Lake(home / "lake").read("document_chunks", ["text_hash"])["text_hash"].to_pylist())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", default="20", help="how many pages, or `all`")
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments().pages)
