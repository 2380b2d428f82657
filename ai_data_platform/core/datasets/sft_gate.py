"""What is measured on the rows of an SFT dataset, and what its gate asks."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from ai_data_platform.core.datasets.assemble import messages_in
from ai_data_platform.core.datasets.quality import duplicate_rate, label_imbalance, percentile
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.text import normalise, word_count

__all__ = ["SftMeasures", "SftThresholds", "sft_rules"]


@dataclass(frozen=True, slots=True)
class SftThresholds:
    """What a publishable SFT dataset holds to; the defaults are the specification's."""

    min_response_words_p5: float = 5
    max_duplicate_rate: float = 0.05
    max_label_imbalance: float = 10


class SftMeasures:
    """Figures of rows (SFT_SCHEMA) that pass by, at about 20 bytes an answer and the ids of records."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.records: list[pa.Array] = []
        self._words = array("I")
        self._keys = array("Q")
        self._ratings: Counter[int | None] = Counter()

    def passing(self, split: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same batches, each counted as it goes by."""
        for batch in batches:
            self.rows[split] += len(batch)
            self.records.append(batch.column("record_ids").flatten())
            self._measure(batch)
            yield batch

    def _measure(self, batch: pa.RecordBatch) -> None:
        for _, messages in messages_in([batch]):
            self._words.extend(map(word_count, messages[1::2]))
            key = hash_text(*map(normalise, messages))
            self._keys.append(
                int(key[:16], 16)
            )  # 64 bits: ten million rows share one with odds 3e-6
        self._ratings.update(batch.column("ratings").flatten().to_pylist())

    def figures(self) -> dict[str, float | None]:
        """Words of the shortest answers, repeated rows, commonest over rarest rating."""
        return {
            "response_words_p5": percentile(self._words, 0.05),
            "duplicate_rate": duplicate_rate(self._keys),
            "label_imbalance": label_imbalance(self._ratings.elements()) or 1.0,
        }


def sft_rules(thresholds: SftThresholds) -> tuple[Rule, ...]:
    """The rules of the SFT gate that speak of rows; the certificate and the report have their own."""
    return (
        Rule("rows", ">", 0, "an empty dataset trains nothing"),
        Rule("train_rows", ">", 0, "an empty train split trains nothing"),
        Rule("exchanges_unaccounted", "==", 0, "rows in are rows kept plus rows dropped"),
        Rule(
            "response_words_p5",
            ">=",
            thresholds.min_response_words_p5,
            "short answers teach brevity",
        ),
        Rule(
            "duplicate_rate",
            "<=",
            thresholds.max_duplicate_rate,
            "repeated rows are learnt by heart",
        ),
        Rule(
            "label_imbalance", "<=", thresholds.max_label_imbalance, "a rare rating is not learnt"
        ),
    )
