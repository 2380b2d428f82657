"""What a sample holds beside its rows: the note for readers and the broken files."""

from ai_data_platform.core.samples.spec import SampleSpec
from ai_data_platform.core.samples.unwanted import UNWANTED_FILE

__all__ = ["BROKEN_DOCUMENTS", "readme"]

BROKEN_DOCUMENTS = {
    "manuals/quick-guide.md": b"",
    "company/certificate.pdf": b"<html><body><h1>502 Bad Gateway</h1></body></html>\n",
}
"""Path below documents/: what stands there. A download that failed is a PDF by name only."""

_README = """# A sample of everything that comes in

Product support of Tarnholt, a maker of batteries and heat pumps that does not exist. No text in here
was written by a customer, no name, address, number or account belongs to anybody.

Made by `aidp sample {arguments}`, which writes the same bytes each time.

- `chat_logs/`: {conversations:,} conversations as JSONL, CSV and Parquet, some of them packed.
- `documents/`: {documents:,} readable pages as markdown, HTML, PDF and Latin-1 text.
- `feedback/`: {feedback:,} ratings of the answers, one a line.
- `eval_questions.jsonl`: questions with the page that answers them and an answer.
- `expected.json`: how often each defect was planted, the totals and the names of all files.

Planted are exact and near duplicates, personal data, empty and short answers, test traffic, records
that break the contract, a gz file that ends too early, an empty file, an empty document, a PDF that
is none, repeated events and ratings out of range. `chat_logs/{unwanted}` holds refusals, answers of
phrases alone, other languages, and evaluation questions word for word.
"""


def readme(spec: SampleSpec) -> str:
    """The note that lies in the folder."""
    default = SampleSpec()
    options = ("conversations", "documents", "feedback", "seed", "days")
    given = [
        f"--{name} {getattr(spec, name)}"
        for name in options
        if getattr(spec, name) != getattr(default, name)
    ]
    target = "--to DIR" if given else "--to examples/sample"
    return _README.format(
        arguments=" ".join([target, *given]),
        conversations=spec.conversations,
        documents=spec.documents,
        feedback=spec.feedback,
        unwanted=UNWANTED_FILE,
    )
