"""What LLaMA-Factory and Axolotl are told of a dataset."""

import json

import yaml

from ai_data_platform.core.datasets.trainer_files import (
    preference_trainer_files,
    sft_trainer_files,
    unpaired_trainer_files,
)

TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}


def test_llama_factory_reads_the_conversations_where_they_lie() -> None:
    files = sft_trainer_files(["train", "validation"], 1024)
    assert json.loads(files["dataset_info.json"]) == {
        name: {
            "file_name": f"data/{split}.parquet",
            "formatting": "sharegpt",
            "columns": {"messages": "messages"},
            "tags": TAGS,
        }
        for name, split in (("sft", "train"), ("sft_validation", "validation"))
    }


def test_axolotl_reads_the_same_files_and_stops_at_a_row_that_is_too_long() -> None:
    read = yaml.safe_load(sft_trainer_files(["train", "validation", "test"], 2048)["axolotl.yml"])
    entry = {
        "ds_type": "parquet",
        "split": "train",
        "type": "chat_template",
        "field_messages": "messages",
        "message_property_mappings": {"role": "role", "content": "content"},
    }
    assert read == {
        "sequence_len": 2048,
        "excess_length_strategy": "raise",
        "datasets": [{"path": "data/train.parquet", **entry}],
        "test_datasets": [{"path": "data/validation.parquet", **entry}],
    }


def test_a_split_without_rows_is_not_named() -> None:
    files = sft_trainer_files(["train"], 1024)
    assert list(json.loads(files["dataset_info.json"])) == ["sft"]
    assert "test_datasets" not in yaml.safe_load(files["axolotl.yml"])


def test_pairs_stand_a_second_time_with_one_message_a_side_for_llama_factory() -> None:
    row = {
        "prompt": [{"role": "user", "content": "Why?"}],
        "chosen": [{"role": "assistant", "content": "So."}],
        "rejected": [{"role": "assistant", "content": "No."}],
        "pair_id": "p1",
        "conversation_id": "c1",
        "chosen_rating": 5.0,
    }
    files = preference_trainer_files({"train": [row]}, 1024)
    assert json.loads(files["llama_factory/train.jsonl"]) == {
        "prompt": row["prompt"],
        "chosen": {"role": "assistant", "content": "So."},
        "rejected": {"role": "assistant", "content": "No."},
        "pair_id": "p1",
        "conversation_id": "c1",
    }
    assert json.loads(files["dataset_info.json"]) == {
        "preference": {
            "file_name": "llama_factory/train.jsonl",
            "formatting": "sharegpt",
            "ranking": True,
            "columns": {"messages": "prompt", "chosen": "chosen", "rejected": "rejected"},
            "tags": TAGS,
        }
    }
    read = yaml.safe_load(files["axolotl.yml"])
    assert read["rl"] == "dpo"
    assert read["datasets"][0] == {
        "path": "data/train.parquet",
        "ds_type": "parquet",
        "split": "train",
        "type": "chat_template.default",
        "field_messages": "prompt",
        "field_chosen": "chosen",
        "field_rejected": "rejected",
    }


def test_labelled_answers_stand_a_second_time_as_whole_conversations() -> None:
    """LLaMA-Factory's `kto_tag` and Axolotl's `argilla_chat` take the answer as the last message."""
    row = {
        "prompt": [{"role": "user", "content": "Why?"}],
        "completion": [{"role": "assistant", "content": "So."}],
        "label": False,
        "row_id": "s1",
        "conversation_id": "c1",
        "rating": 1.0,
    }
    files = unpaired_trainer_files({"train": [row], "validation": [row]}, 1024)
    assert json.loads(files["whole/train.jsonl"]) == {
        "completion": [*row["prompt"], *row["completion"]],
        "label": False,
        "row_id": "s1",
        "conversation_id": "c1",
    }
    assert json.loads(files["dataset_info.json"])["unpaired_preference_validation"] == {
        "file_name": "whole/validation.jsonl",
        "formatting": "sharegpt",
        "columns": {"messages": "completion", "kto_tag": "label"},
        "tags": TAGS,
    }
    read = yaml.safe_load(files["axolotl.yml"])
    assert (read["rl"], read["remove_unused_columns"]) == ("kto", False)
    assert read["datasets"] == [
        {
            "path": "whole/train.jsonl",
            "ds_type": "json",
            "split": "train",
            "type": "chatml.argilla_chat",
        }
    ]
