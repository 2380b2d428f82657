"""Objects of an S3 bucket as a source. Credentials, region and endpoint come from boto3's own chain."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from ai_data_platform.core.columns import ColumnMap, SourceSpec
from ai_data_platform.core.errors import ConfigurationError, SourceBrokeOff
from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.stores.readers import read_records
from ai_data_platform.stores.sources import Fetched

__all__ = ["S3Objects"]

_CHUNK_BYTES = 1024 * 1024
_ATTEMPTS = 3
"""A body that breaks off is asked for again; boto3 itself retries only until the body begins."""

_GONE = ("NoSuchKey", "404")
_DO = {
    "NoSuchBucket": "there is no such bucket: make it, or point the setting elsewhere",
    "AccessDenied": "allow s3:ListBucket and s3:GetObject, or use other credentials",
    "InvalidAccessKeyId": "the key is not known there: check the credentials and AWS_ENDPOINT_URL",
    "SignatureDoesNotMatch": "the secret does not fit the key: check the credentials",
    "ExpiredToken": "the credentials have run out: renew them",
    "PermanentRedirect": "the bucket is in another region: set AWS_DEFAULT_REGION",
    "InvalidObjectState": "the object is archived: restore it, or leave it out of the pattern",
}
_CREATING = Lock()  # sessions make clients for one thread at a time
_MARKERS = ("_SUCCESS", "_temporary")  # what Hadoop and Spark leave beside their data


@dataclass(frozen=True, slots=True)
class _Object:
    client: Any
    bucket: str
    key: str
    name: str
    size: int
    etag: str
    modified: datetime
    columns: ColumnMap

    @property
    def stamp(self) -> str:
        seen = hash_text(self.etag, str(self.size), self.modified.isoformat())
        return self.columns.stamped(seen)

    @contextmanager
    def fetched(self, scratch: Path) -> Iterator[Fetched]:
        path = scratch / "object"
        digest = self.columns.stamped(self._download(path))
        yield Fetched(digest, read_records(path, self.name, self.columns))

    def _download(self, path: Path) -> str:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with _explained(self.bucket, self.key):
                    return self._download_once(path)
            except SourceBrokeOff:
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _download_once(self, path: Path) -> str:
        answer = self.client.get_object(Bucket=self.bucket, Key=self.key)
        if answer["ETag"] != self.etag:
            raise FileNotFoundError(
                self.key
            )  # another version since the listing: the next one has it
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as file:
            for chunk in answer["Body"].iter_chunks(_CHUNK_BYTES):
                digest.update(chunk)
                size += file.write(chunk)
        if size != self.size:
            raise SourceBrokeOff(f"{self.key} ended after {size:,} of {self.size:,} bytes")
        return digest.hexdigest()


class S3Objects:
    """Objects below `s3://bucket/prefix`, or those that a glob pattern names.

    Names are keys below the prefix, so that files moved to a bucket keep theirs. Keys of which a part
    begins with a dot, and markers of folders and of finished jobs, are left out.
    """

    def __init__(self, spec: SourceSpec) -> None:
        self._bucket, _, self._path = str(spec.location).removeprefix("s3://").partition("/")
        if not self._bucket:
            raise ConfigurationError(f"{spec.location} names no bucket: wanted s3://bucket/prefix")
        self._columns = spec.columns

    def pieces(self) -> list[_Object]:
        client = _client()
        found = [
            _Object(
                client,
                self._bucket,
                listed["Key"],
                name,
                listed["Size"],
                listed["ETag"],
                listed["LastModified"],
                self._columns,
            )
            for name, listed in self._listed(client)
        ]
        if not found:
            raise ConfigurationError(
                f"no object is at s3://{self._bucket}/{self._path}: wanted a prefix, a key or a pattern "
                "that names some; put one there or point the setting elsewhere"
            )
        return sorted(found, key=lambda one: one.name)

    def fingerprint(self) -> str:
        return fingerprint([[piece.name, piece.stamp] for piece in self.pieces()])

    def _listed(self, client: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        base, glob = _base_and_pattern(self._path)
        patterns, found = glob.split("/"), False
        for listed in self._keys(client, base):
            name = str(listed["Key"]).removeprefix(base)
            if _matches(name.split("/"), patterns) and not _hidden(name):
                found = True
                yield name, listed
        if not found:  # the path is no prefix: it may be a key
            for listed in self._keys(client, self._path):
                if listed["Key"] == self._path and not _hidden(self._path):
                    yield self._path.rpartition("/")[2], listed

    def _keys(self, client: Any, prefix: str) -> Iterator[dict[str, Any]]:
        with _explained(self._bucket, self._path):
            pages = client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                yield from page.get("Contents", [])


@cache
def _session() -> Any:
    """One session a process: it reads boto3's model of S3 once and renews credentials by itself."""
    import boto3

    return boto3.session.Session()


def _client() -> Any:
    with _CREATING:
        return _session().client("s3")


@contextmanager
def _explained(bucket: str, key: str) -> Iterator[None]:
    """Errors of boto3 as what a person can do about them, or as what passes."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    try:
        yield
    except NoCredentialsError as error:
        raise ConfigurationError(
            f"no credentials for s3://{bucket}: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or run under a role"
        ) from error
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        if code in _GONE:
            raise FileNotFoundError(key) from error
        if code in _DO:
            raise ConfigurationError(f"s3://{bucket}/{key}: {code}; {_DO[code]}") from error
        raise SourceBrokeOff(f"s3://{bucket}/{key} does not answer: {error}") from error
    except BotoCoreError as error:
        raise SourceBrokeOff(f"s3://{bucket}/{key} broke off: {error}") from error


def _base_and_pattern(path: str) -> tuple[str, str]:
    """What every key begins with, and a glob pattern for the rest of it."""
    parts = path.split("/")
    plain = next((i for i, part in enumerate(parts) if any(c in part for c in "*?[")), len(parts))
    base = "/".join(parts[:plain]).rstrip("/")
    return (f"{base}/" if base else ""), "/".join(parts[plain:]) or "**/*"


def _matches(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    """Whether the parts of a key fit a glob pattern as pathlib means it: `**` is any number of folders."""
    if not parts or not patterns:
        return not parts and not patterns
    if patterns[0] == "**":
        rest = patterns[1:] or ["*"]
        return any(_matches(parts[start:], rest) for start in range(len(parts)))
    return fnmatchcase(parts[0], patterns[0]) and _matches(parts[1:], patterns[1:])


def _hidden(name: str) -> bool:
    parts = name.split("/")
    return not parts[-1] or any(part.startswith(".") or part in _MARKERS for part in parts)
