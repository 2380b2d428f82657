"""Readers in other processes while versions are published and rolled back: no failed read, no mixture."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule, judge
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import PUBLICATIONS, Home
from ai_data_platform_tests.embedders import WordHashEmbedder

ROWS = 60
NAMES = ["title", "uri", "embedding_text", "text"]

READER = """
import json, sys
from pathlib import Path
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.search import KnowledgeBase
from ai_data_platform_tests.embedders import WordHashEmbedder

home, said, stop = Home(Path(sys.argv[1]), CHECKOUT / "dbt_project"), Path(sys.argv[2]), Path(sys.argv[3])
knowledge = KnowledgeBase(home, WordHashEmbedder())
reads, failed, mixed, generations = 0, [], [], set()
knowledge.search("valve", 10)
said.write_text("ready")
while not stop.exists():
    try:
        hits = knowledge.search(f"valve number {reads % 60}", 10).hits
    except Exception as error:
        failed.append(repr(error))
        continue
    seen = {hit["title"] for hit in hits}
    reads += 1
    generations |= seen
    if len(seen) != 1 or len(hits) != 10:
        mixed.append([sorted(seen), len(hits)])
seen = {"reads": reads, "failed": failed, "mixed": mixed, "generations": sorted(generations)}
said.write_text(json.dumps(seen))
"""


def publish(home: Home, generation: int) -> str:
    """A generation of rows, none of which is in another, embedded, judged and published."""
    name = f"generation {generation}"
    texts = [f"valve number {n} of {name}" for n in range(ROWS)]
    rows = pa.table(
        {
            "chunk_id": [hash_text(text) for text in texts],
            "text_hash": [hash_text(text) for text in texts],
            "title": [name] * ROWS,
            "uri": ["valves.md"] * ROWS,
            "heading_path": [[name]] * ROWS,
            "page": pa.array([None] * ROWS, pa.int32()),
            "position": list(range(ROWS)),
            "text": texts,
            "embedding_text": texts,
        }
    )
    version = home.chunks.sync(rows, WordHashEmbedder(), "embedding_text").version
    content = home.chunks.content_fingerprint(version)
    rule = Rule("rows", ">", 0, "an empty index finds nothing")
    asset = PUBLICATIONS["knowledge_base"]
    home.ledger.record(judge(asset, content, {"rows": ROWS}, [rule], code_version="1"))
    store = home.versions("knowledge_base")
    staged = store.stage(content, {}, {"rows": ROWS, "table_version": version})
    store.publish(staged)
    return staged


@pytest.mark.slow
def test_four_readers_search_without_pause_while_versions_are_published_and_rolled_back(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path / "home", CHECKOUT / "dbt_project")
    publish(home, 0)
    stop, notes = tmp_path / "stop", [tmp_path / f"reader-{n}" for n in range(4)]
    readers = [
        subprocess.Popen([sys.executable, "-c", READER, str(home.root), str(note), str(stop)])
        for note in notes
    ]
    while not all(note.exists() for note in notes):
        assert all(reader.poll() is None for reader in readers)
        time.sleep(0.05)
    store = home.versions("knowledge_base")
    for generation in range(1, 16):
        newest = publish(home, generation)
        store.rollback()
        store.rollback(newest)
    stop.touch()
    assert [reader.wait(60) for reader in readers] == [0, 0, 0, 0]
    told = [json.loads(note.read_text()) for note in notes]
    assert [(one["failed"], one["mixed"]) for one in told] == [([], [])] * 4
    assert min(one["reads"] for one in told) >= 10
    assert min(len(one["generations"]) for one in told) >= 3  # they saw it move
