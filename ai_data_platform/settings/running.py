"""Where batches are worked on, and when a build starts."""

import re
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

__all__ = ["RunSettings"]


class RunSettings(BaseSettings):
    """Where batches are worked on, and when a build starts."""

    warehouse: SecretStr = Field(
        SecretStr("duckdb"),
        description="Where dbt runs: `duckdb`, or the URL of a PostgreSQL database, "
        "postgresql://user:password@host/database, where each build has a schema of its own",
    )
    compute: Literal["local", "ray"] = Field(
        "local",
        description="Where batches of texts are redacted, screened and sketched: `local` is this machine, "
        "`ray` an existing cluster; the bytes are the same",
    )
    compute_workers: int | None = Field(
        None,
        ge=1,
        description="Worker processes for large work with `local`; one a core when not set, 1 starts none",
    )
    ray_address: str | None = Field(
        None, description="host:port of the Ray cluster, as `ray start --head` prints it"
    )
    feedback_trigger: int = Field(
        1_000, ge=1, description="Unprocessed ratings that start a preference build"
    )

    @field_validator("warehouse")
    @classmethod
    def _is_an_engine(cls, warehouse: SecretStr) -> SecretStr:
        if not re.match(r"duckdb$|postgres(ql)?://", warehouse.get_secret_value()):
            raise ValueError("wanted `duckdb` or postgresql://user:password@host/database")
        return warehouse
