"""Rows that Axolotl's dataset preparation gives; run by Axolotl's own environment.

Arguments: the folders of the SFT, preference and unpaired versions, and a tokenizer. Prints one JSON list.
"""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from axolotl.cli.config import load_cfg
from axolotl.loaders import load_tokenizer
from axolotl.utils.data import prepare_datasets, prepare_preference_datasets
from axolotl.utils.dict import DictDefault
from datasets import load_dataset


def main(sft: str, preference: str, unpaired: str, tokenizer_folder: str) -> None:
    here, found = Path.cwd(), []
    for kind, folder in (("sft", sft), ("preference", preference), ("unpaired", unpaired)):
        os.chdir(folder)  # the paths in axolotl.yml are relative to its folder
        shipped = yaml.safe_load(Path("axolotl.yml").read_text())
        settings = load_cfg(DictDefault({**shipped, **_rest(here, tokenizer_folder)}))
        tokenizer = load_tokenizer(settings)
        prepare = prepare_datasets if kind == "sft" else prepare_preference_datasets
        train, validation, *_ = prepare(settings, tokenizer)
        for split, prepared in (("train", train), ("validation", validation)):
            path = f"data/{split}.parquet"
            if prepared is None or not Path(path).is_file():
                continue
            lengths = [_length(row, tokenizer) for row in prepared]
            found.append(
                {
                    "trainer": f"Axolotl {version('axolotl')}",
                    "dataset": f"{kind} parquet",
                    "split": split,
                    "rows_in": len(load_dataset("parquet", data_files=path, split="train")),
                    "rows_out": len(prepared),
                    "longest": max(lengths, default=0),
                    "cut": sum(length > settings.sequence_len for length in lengths),
                }
            )
        os.chdir(here)
    print(json.dumps(found))


def _rest(here: Path, tokenizer_folder: str) -> dict[str, Any]:
    """What a person adds to the part of the configuration that lies with the version."""
    return {
        "base_model": tokenizer_folder,
        "tokenizer_config": tokenizer_folder,
        "chat_template": "tokenizer_default",
        "dataset_prepared_path": str(here / "prepared"),
        "output_dir": str(here / "out"),
        "micro_batch_size": 1,
        "gradient_accumulation_steps": 1,
        "num_epochs": 1,
        "learning_rate": 1e-5,
        "dataset_num_proc": 1,
        "special_tokens": {"eos_token": "<|im_end|>"},
    }


def _length(row: dict[str, Any], tokenizer: Any) -> int:
    if "input_ids" in row:
        return len(row["input_ids"])
    answers = ("chosen", "rejected") if "chosen" in row else ("completion",)
    sides = (row["prompt"] + row[side] for side in answers)
    return max(len(tokenizer(side, add_special_tokens=False)["input_ids"]) for side in sides)


if __name__ == "__main__":
    main(*sys.argv[1:])
