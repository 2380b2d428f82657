"""What is installed to run a trainer's loader: pinned, without a GPU's libraries."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ENVIRONMENTS", "Environment"]


@dataclass(frozen=True, slots=True)
class Environment:
    """The loader script, what is installed whole, and what is installed without its requirements.

    `empty` are modules that the trainer imports and its loader never calls; an empty file stands for each.
    """

    loader: str
    whole: Sequence[str]
    bare: Sequence[str] = ()
    empty: Sequence[str] = ()

    def made_in(self, folder: Path) -> Path:
        """The Python of this environment, which is made when it is not there yet."""
        python = folder / "bin" / "python"
        if (folder / "made").is_file():
            return python
        _run(sys.executable, "-m", "venv", str(folder))
        pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(*pip, *self.whole)
        if self.bare:
            _run(*pip, "--no-deps", *self.bare)
        for module in self.empty:
            site = next((folder / "lib").glob("python*/site-packages"))
            (site / f"{module}.py").write_text("")
        (folder / "made").write_text("\n".join([*self.whole, *self.bare]))
        return python


ENVIRONMENTS: Mapping[str, Environment] = {
    "trl": Environment("load_trl", ["torch==2.13.0", "trl==1.16.0"]),
    # torchaudio and torchvision are left out: their wheels for this torch want a GPU's libraries.
    "llama_factory": Environment(
        "load_llama_factory",
        [
            "torch==2.13.0",
            "transformers>=5,<=5.6.0",
            "datasets<=4.0.0",
            "accelerate<=1.11.0",
            "peft==0.18.1",
            "trl==0.24.0",
            "omegaconf",
            "scipy",
            "einops",
            "sentencepiece",
            "protobuf",
            "tiktoken",
            "matplotlib",
            "pydantic",
            "fire",
        ],
        bare=["llamafactory==0.9.5"],
        empty=["torchaudio"],
    ),
    # Of its 50 requirements those that its data preparation imports, at the versions that it pins.
    "axolotl": Environment(
        "load_axolotl",
        [
            "torch==2.13.0",
            "transformers==5.16.1",
            "tokenizers==0.23.1",
            "datasets==4.8.4",
            "accelerate==1.13.0",
            "peft==0.20.0",
            "trl==1.9.0",
            "huggingface_hub==1.17.0",
            "pydantic==2.12.5",
            "PyYAML==6.0.3",
            "packaging==26.0",
            "python-dotenv==1.0.1",
            "posthog==6.7.11",
            "addict",
            "art",
            "colorama",
            "einops",
            "evaluate==0.4.1",
            "fastcore",
            "fire",
            "immutabledict",
            "langdetect==1.0.9",
            "numba",
            "numpy<3",
            "pillow",
            "requests",
            "scipy",
            "sentencepiece",
        ],
        bare=["axolotl==0.19.0", "axolotl-contribs-lgpl==0.0.7", "axolotl-contribs-mit==0.0.6"],
    ),
}


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
