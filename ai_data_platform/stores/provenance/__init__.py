"""What became of each record, and what each row was made of."""

from ai_data_platform.stores.provenance.documents import ChunkPath, DocumentPath
from ai_data_platform.stores.provenance.explanation import Explanation, Provenance, Sources
from ai_data_platform.stores.provenance.lineage import TableVerdict
from ai_data_platform.stores.provenance.raw_lines import RawLine
from ai_data_platform.stores.provenance.rows import DatasetRow
from ai_data_platform.stores.provenance.views import EARLIER

__all__ = [
    "EARLIER",
    "ChunkPath",
    "DatasetRow",
    "DocumentPath",
    "Explanation",
    "Provenance",
    "RawLine",
    "Sources",
    "TableVerdict",
]
