"""Files beside a dataset that trainers read it by: LLaMA-Factory's dataset_info.json, Axolotl's YAML.

TRL needs none: `messages`, `prompt/chosen/rejected` and `prompt/completion/label` are its own formats.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

__all__ = ["preference_trainer_files", "sft_trainer_files", "unpaired_trainer_files"]

_TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}
_RUN_HERE = (
    "# Part of a configuration for Axolotl: put base_model and the training settings beside it. Paths are\n"
    "# relative to this folder. A row longer than sequence_len stops the run instead of being dropped.\n"
)


def sft_trainer_files(splits: Sequence[str], max_tokens: int) -> dict[str, bytes]:
    """File names and contents for a dataset of `messages` in `data/<split>.parquet`.

    LLaMA-Factory knows it as `sft` and `sft_validation`, read where it lies.
    """
    info = {
        _name("sft", split): {
            "file_name": f"data/{split}.parquet",
            "formatting": "sharegpt",
            "columns": {"messages": "messages"},
            "tags": _TAGS,
        }
        for split in splits
    }
    fields = [
        "type: chat_template",
        "field_messages: messages",
        "message_property_mappings: {role: role, content: content}",
    ]
    return {"dataset_info.json": _json(info), "axolotl.yml": _axolotl(splits, fields, max_tokens)}


def preference_trainer_files(
    splits: Mapping[str, Iterable[Mapping[str, Any]]], max_tokens: int
) -> dict[str, bytes]:
    """File names and contents for pairs in `data/<split>.parquet`, given as rows by split.

    LLaMA-Factory takes the sides of a pair only where each is one message, and drops a row whose sides are
    lists. So the pairs stand a second time in `llama_factory/`.
    """
    files = {
        f"llama_factory/{split}.jsonl": b"".join(_one_message_a_side(row) for row in rows)
        for split, rows in splits.items()
    }
    info = {
        _name("preference", split): {
            "file_name": f"llama_factory/{split}.jsonl",
            "formatting": "sharegpt",
            "ranking": True,
            "columns": {"messages": "prompt", "chosen": "chosen", "rejected": "rejected"},
            "tags": _TAGS,
        }
        for split in splits
    }
    fields = [
        "type: chat_template.default",
        "field_messages: prompt",
        "field_chosen: chosen",
        "field_rejected: rejected",
    ]
    yaml = _axolotl(list(splits), fields, max_tokens, "rl: dpo\n")
    return {**files, "dataset_info.json": _json(info), "axolotl.yml": yaml}


def unpaired_trainer_files(
    splits: Mapping[str, Iterable[Mapping[str, Any]]], max_tokens: int
) -> dict[str, bytes]:
    """File names and contents for labelled answers in `data/<split>.parquet`, given as rows by split.

    LLaMA-Factory and Axolotl take the prompt and its answer as one conversation. So the rows stand a
    second time in `whole/`, with the whole conversation as `completion`. Axolotl's KTO writes ChatML;
    for a model of the Llama 3 family its type is `llama3.argilla_chat`.
    """
    files = {
        f"whole/{split}.jsonl": b"".join(_whole_conversation(row) for row in rows)
        for split, rows in splits.items()
    }
    info = {
        _name("unpaired_preference", split): {
            "file_name": f"whole/{split}.jsonl",
            "formatting": "sharegpt",
            "columns": {"messages": "completion", "kto_tag": "label"},
            "tags": _TAGS,
        }
        for split in splits
    }
    fields = ["type: chatml.argilla_chat"]
    head = "rl: kto\nremove_unused_columns: false\n"
    yaml = _axolotl(list(splits), fields, max_tokens, head, "whole/{}.jsonl", "json")
    return {**files, "dataset_info.json": _json(info), "axolotl.yml": yaml}


def _whole_conversation(row: Mapping[str, Any]) -> bytes:
    whole = {"completion": [*row["prompt"], *row["completion"]], "label": row["label"]}
    named = {name: row[name] for name in ("row_id", "conversation_id") if name in row}
    return orjson.dumps(whole | named) + b"\n"


def _one_message_a_side(row: Mapping[str, Any]) -> bytes:
    sides = {side: row[side][-1] for side in ("chosen", "rejected")}
    named = {name: row[name] for name in ("pair_id", "conversation_id") if name in row}
    return orjson.dumps({"prompt": row["prompt"], **sides, **named}) + b"\n"


def _axolotl(
    splits: Sequence[str],
    fields: Sequence[str],
    max_tokens: int,
    head: str = "",
    path: str = "data/{}.parquet",
    kind: str = "parquet",
) -> bytes:
    lines = [f"sequence_len: {max_tokens}", "excess_length_strategy: raise"]
    for key, split in (("datasets", "train"), ("test_datasets", "validation")):
        if split in splits:
            entry = [f"path: {path.format(split)}", f"ds_type: {kind}", "split: train", *fields]
            lines += [f"{key}:", f"  - {entry[0]}", *(f"    {line}" for line in entry[1:])]
    return f"{_RUN_HERE}{head}{chr(10).join(lines)}\n".encode()


def _name(dataset: str, split: str) -> str:
    return dataset if split == "train" else f"{dataset}_{split}"


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n"
