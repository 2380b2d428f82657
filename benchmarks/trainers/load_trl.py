"""Rows that TRL's SFTTrainer and DPOTrainer prepare; run by TRL's own environment.

Arguments: the folders of the SFT version, the preference version and a tokenizer. Prints one JSON list.
"""

import json
import sys
from pathlib import Path
from typing import Any

from datasets import load_dataset
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer
from trl import __version__ as version


def main(sft: str, preference: str, tokenizer_folder: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)
    found = []
    for kind, folder in (("sft", sft), ("preference", preference)):
        for place in ("", "jsonl"):  # Parquet as the card says, then JSONL
            loaded = load_dataset(str(Path(folder) / place))
            for split, rows in loaded.items():
                prepared = _sft(rows, tokenizer) if kind == "sft" else _dpo(rows, tokenizer)
                lengths = [_length(row) for row in prepared]
                found.append(
                    {
                        "trainer": f"TRL {version}",
                        "dataset": f"{kind} {place or 'parquet'}",
                        "split": split,
                        "rows_in": len(rows),
                        "rows_out": len(prepared),
                        "longest": max(lengths, default=0),
                        "cut": sum(length > 1024 for length in lengths),
                    }
                )
    print(json.dumps(found))


def _sft(rows: Any, tokenizer: Any) -> Any:
    settings = SFTConfig("out", max_length=None, report_to=[], use_cpu=True, bf16=False)
    trainer = SFTTrainer(
        _model(tokenizer), args=settings, train_dataset=rows, processing_class=tokenizer
    )
    return trainer.train_dataset


def _dpo(rows: Any, tokenizer: Any) -> Any:
    settings = DPOConfig("out", report_to=[], use_cpu=True, bf16=False)
    policy, reference = _model(tokenizer), _model(tokenizer)
    trainer = DPOTrainer(
        policy, reference, args=settings, train_dataset=rows, processing_class=tokenizer
    )
    return trainer.train_dataset


def _length(row: dict[str, Any]) -> int:
    if "input_ids" in row:
        return len(row["input_ids"])
    return len(row["prompt_ids"]) + max(len(row["chosen_ids"]), len(row["rejected_ids"]))


def _model(tokenizer: Any) -> Any:
    """The smallest model that there is: nothing is trained, the trainers want one."""
    size = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1}
    heads = {"num_attention_heads": 1, "num_key_value_heads": 1}
    return LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **size, **heads))


if __name__ == "__main__":
    main(*sys.argv[1:])
