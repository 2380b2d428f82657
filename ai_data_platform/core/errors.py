"""Every error this package raises on purpose.

    AidpError
    ├── ConfigurationError     a setting cannot be used as it stands (exit code 2)
    ├── SourceUnreadable       a file or document cannot be read; carries the quarantine reason
    ├── SourceBrokeOff         a source does not answer, or ended half-way; nothing of that piece was taken
    ├── GateBlocked            a candidate has no passing verdict, so nothing was published
    ├── ComputeFailed          workers died again and again over the same work
    ├── IndexMismatch          a vector table and an embedder do not fit each other
    ├── VersionNotFound        no published version answers to that name
    ├── IdNotFound             no record, row or document has that id
    └── NotPublishedYet        a reader asked for something that no gate has passed so far

A message says what was seen, what was wanted and what to do.
"""

__all__ = [
    "AidpError",
    "ComputeFailed",
    "ConfigurationError",
    "GateBlocked",
    "IdNotFound",
    "IndexMismatch",
    "NotPublishedYet",
    "SourceBrokeOff",
    "SourceUnreadable",
    "VersionNotFound",
]


class AidpError(Exception):
    """Base of the tree: catch this to catch all of it."""


class ConfigurationError(AidpError):
    """A setting cannot be used as it stands."""


class SourceUnreadable(AidpError):
    """A file or document cannot be read.

    `reason` is a short identifier that is counted (`encrypted_pdf`), `detail` the words for a person.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class SourceBrokeOff(AidpError):
    """A source does not answer, or ended half-way: nothing of that piece was taken; try again."""


class GateBlocked(AidpError):
    """A candidate has no passing verdict, so nothing was published."""


class ComputeFailed(AidpError):
    """Workers died again and again over the same work; nothing was written."""


class IndexMismatch(AidpError):
    """A vector table and an embedder do not fit each other."""


class VersionNotFound(AidpError):
    """No published version answers to that name."""


class IdNotFound(AidpError):
    """No record, row or document has that id."""


class NotPublishedYet(AidpError):
    """A reader asked for something that no gate has passed so far."""
