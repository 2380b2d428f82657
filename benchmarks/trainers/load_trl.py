"""Rows that TRL's SFT, DPO, reward and KTO trainers prepare; run by TRL's own environment.

Arguments: the folders of the SFT, preference and unpaired versions, and a tokenizer. Prints one JSON list.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasets import load_dataset
from transformers import (
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
)
from trl import (
    DPOConfig,
    DPOTrainer,
    KTOConfig,
    KTOTrainer,
    RewardConfig,
    RewardTrainer,
    SFTConfig,
    SFTTrainer,
)
from trl import __version__ as version

_MAX_LENGTH = 1024
_SMALLEST = {
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "num_key_value_heads": 1,
}
"""The smallest model that there is: nothing is trained, the trainers want one."""


def main(sft: str, preference: str, unpaired: str, tokenizer_folder: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)
    asked: list[tuple[str, str, Callable[[Any, Any], Any]]] = [
        ("sft", sft, _sft),
        ("preference (DPO)", preference, _dpo),
        ("preference (reward)", preference, _reward),
        ("unpaired (KTO)", unpaired, _kto),
    ]
    found = []
    for kind, folder, prepare in asked:
        for place in ("", "jsonl"):  # Parquet as the card says, then JSONL
            for split, rows in load_dataset(str(Path(folder) / place)).items():
                prepared = prepare(rows, tokenizer)
                lengths = [_length(row) for row in prepared]
                found.append(
                    {
                        "trainer": f"TRL {version}",
                        "dataset": f"{kind} {place or 'parquet'}",
                        "split": split,
                        "rows_in": len(rows),
                        "rows_out": len(prepared),
                        "longest": max(lengths, default=0),
                        "cut": sum(length > _MAX_LENGTH for length in lengths),
                    }
                )
    print(json.dumps(found))


def _sft(rows: Any, tokenizer: Any) -> Any:
    settings = SFTConfig("out", max_length=None, report_to=[], use_cpu=True, bf16=False)
    return SFTTrainer(
        _model(tokenizer), args=settings, train_dataset=rows, processing_class=tokenizer
    ).train_dataset


def _dpo(rows: Any, tokenizer: Any) -> Any:
    settings = DPOConfig("out", report_to=[], use_cpu=True, bf16=False)
    return DPOTrainer(
        _model(tokenizer),
        _model(tokenizer),
        args=settings,
        train_dataset=rows,
        processing_class=tokenizer,
    ).train_dataset


def _reward(rows: Any, tokenizer: Any) -> Any:
    settings = RewardConfig("out", max_length=None, report_to=[], use_cpu=True, bf16=False)
    shape = LlamaConfig(
        vocab_size=len(tokenizer), num_labels=1, pad_token_id=tokenizer.pad_token_id, **_SMALLEST
    )
    model = LlamaForSequenceClassification(shape)
    return RewardTrainer(
        model, args=settings, train_dataset=rows, processing_class=tokenizer
    ).train_dataset


def _kto(rows: Any, tokenizer: Any) -> Any:
    settings = KTOConfig("out", report_to=[], use_cpu=True, bf16=False)
    return KTOTrainer(
        _model(tokenizer),
        _model(tokenizer),
        args=settings,
        train_dataset=rows,
        processing_class=tokenizer,
    ).train_dataset


def _length(row: dict[str, Any]) -> int:
    """Tokens of the longest sequence of a row."""
    if "input_ids" in row:
        return len(row["input_ids"])
    asked = len(row.get("prompt_ids", ()))
    sides = ("chosen_ids", "rejected_ids", "completion_ids")
    return asked + max(len(row[side]) for side in sides if side in row)


def _model(tokenizer: Any) -> Any:
    return LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **_SMALLEST))


if __name__ == "__main__":
    main(*sys.argv[1:])
