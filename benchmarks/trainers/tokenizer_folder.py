"""A tokenizer that every trainer can load without a network: the bundled one, with ChatML's template."""

import json
from pathlib import Path

from tokenizers import AddedToken, Tokenizer

from ai_data_platform.stores.models import bundled_folder

__all__ = ["write_tokenizer"]

_CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def write_tokenizer(folder: Path) -> None:
    """tokenizer.json and its configuration; `<|im_end|>` ends an answer."""
    made = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    made.no_truncation()
    made.no_padding()
    marks = ["<|im_start|>", "<|im_end|>"]
    made.add_special_tokens([AddedToken(mark, special=True) for mark in marks])
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": 1_000_000,
        "eos_token": "<|im_end|>",
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "additional_special_tokens": marks,
        "chat_template": _CHATML,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    model = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 8}
    sizes = {"num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    vocabulary = {"vocab_size": made.get_vocab_size(), "max_position_embeddings": 4096}
    (folder / "config.json").write_text(json.dumps({**model, **sizes, **vocabulary}))
