"""`aidp copy-feedback`: ratings and turns from one place to the other."""

from typing import Annotated

import typer

from ai_data_platform.cli.output import AsJson, console, explained, show_json
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.settings import read_settings

__all__ = ["copy_feedback"]


@explained
def copy_feedback(
    back: Annotated[
        bool, typer.Option("--back", help="From the database into the file instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy ratings and turns from feedback.sqlite in AIDP_HOME to AIDP_FEEDBACK_STORE, each once.

    Stop `aidp serve` before. A copy that broke off is simply made again.
    """
    from ai_data_platform.stores.feedback import open_feedback
    from ai_data_platform.stores.feedback.copying import copy_rows

    settings = read_settings()
    url, file = settings.feedback_store_url(), settings.home / "feedback.sqlite"
    if url is None:
        raise ConfigurationError(
            "AIDP_FEEDBACK_STORE is not set: wanted the database to copy to, as "
            "postgresql://user:password@host/database"
        )
    if not back and not file.is_file():
        raise ConfigurationError(f"there is no {file}: nothing was stored in this home so far")
    with open_feedback(file) as here, open_feedback(file, url) as there:
        source, target = (there, here) if back else (here, there)
        copied = copy_rows(source, target, console.print if not as_json else lambda line: None)
    if as_json:
        show_json({"copied": copied})
    else:
        console.print(
            f"{copied:,} ratings and turns were new in {'the file' if back else 'the database'}."
        )
