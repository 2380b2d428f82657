"""Rows that LLaMA-Factory's `get_dataset` gives; run by LLaMA-Factory's own environment.

Arguments: the folders of the SFT, preference and unpaired versions, and a tokenizer. Prints one JSON list.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import DataArguments, ModelArguments
from transformers import AutoTokenizer, Seq2SeqTrainingArguments

_CUTOFF = 1024


def main(sft: str, preference: str, unpaired: str, tokenizer_folder: str) -> None:
    found = []
    for stage, folder in (("sft", sft), ("rm", preference), ("kto", unpaired)):
        names = json.loads((Path(folder) / "dataset_info.json").read_text())
        for name, entry in names.items():
            wanted = _rows(Path(folder) / entry["file_name"])
            prepared = _prepared(name, folder, stage, tokenizer_folder)
            lengths = [_length(row) for row in prepared]
            kind = {"sft": "sft", "rm": "preference", "kto": "unpaired"}[stage]
            found.append(
                {
                    "trainer": f"LLaMA-Factory {version('llamafactory')}",
                    "dataset": f"{kind} {Path(entry['file_name']).suffix[1:]}",
                    "split": _split(name),
                    "rows_in": wanted,
                    "rows_out": len(prepared),
                    "longest": max(lengths, default=0),
                    "cut": sum(length >= _CUTOFF for length in lengths),
                }
            )
    print(json.dumps(found))


def _prepared(name: str, folder: str, stage: str, tokenizer_folder: str) -> Any:
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)
    data = DataArguments(
        template="chatml",
        dataset=name,
        dataset_dir=folder,
        cutoff_len=_CUTOFF,
        overwrite_cache=True,
    )
    template = get_template_and_fix_tokenizer(tokenizer, data)
    model = ModelArguments(model_name_or_path=tokenizer_folder)
    training = Seq2SeqTrainingArguments("out", report_to=[], do_train=True, use_cpu=True)
    loaded = get_dataset(template, model, data, training, stage, tokenizer)
    return loaded["train_dataset"]


def _split(name: str) -> str:
    last = name.rpartition("_")[2]
    return last if last in ("validation", "test") else "train"


def _length(row: dict[str, Any]) -> int:
    if "input_ids" in row:
        return len(row["input_ids"])
    if "kl_input_ids" in row and "chosen_input_ids" not in row:
        return len(row["kl_input_ids"])
    return max(len(row["chosen_input_ids"]), len(row["rejected_input_ids"]))


def _rows(path: Path) -> int:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return int(pq.read_metadata(path).num_rows)
    return len(path.read_text().splitlines())


if __name__ == "__main__":
    main(*sys.argv[1:])
