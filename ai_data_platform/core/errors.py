"""Every error this package raises on purpose.

    AidpError
    ├── ConfigurationError     a setting cannot be used as it stands (exit code 2)
    ├── SourceUnreadable       a file or document cannot be read; carries the quarantine reason
    ├── GateBlocked            a candidate has no passing verdict, so nothing was published
    ├── IndexMismatch          a vector table and an embedder do not fit each other
    ├── VersionNotFound        no published version answers to that name
    └── NotPublishedYet        a reader asked for something that no gate has passed so far

A message says what was seen, what was wanted and what to do.
"""

__all__ = [
    "AidpError",
    "ConfigurationError",
    "GateBlocked",
    "IndexMismatch",
    "NotPublishedYet",
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


class GateBlocked(AidpError):
    """A candidate has no passing verdict, so nothing was published."""


class IndexMismatch(AidpError):
    """A vector table and an embedder do not fit each other."""


class VersionNotFound(AidpError):
    """No published version answers to that name."""


class NotPublishedYet(AidpError):
    """A reader asked for something that no gate has passed so far."""
