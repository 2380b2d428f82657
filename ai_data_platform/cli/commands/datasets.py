"""`aidp check-dataset` and `aidp verify-certificate`: files judged where they lie."""

from pathlib import Path
from typing import Annotated

import typer

from ai_data_platform.cli.output import AsJson, console, explained, show_json
from ai_data_platform.cli.places import open_home
from ai_data_platform.settings import read_settings

__all__ = ["check_dataset", "verify_certificate"]


@explained
def check_dataset(
    path: Annotated[Path, typer.Argument(help="A training file, or the folder of a version.")],
    label: Annotated[
        str | None, typer.Option(help="Column of labels; label, ratings or rating by default.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Tokens that the trainer keeps; AIDP_MAX_TOKENS.")
    ] = None,
    upsample: Annotated[
        Path | None, typer.Option(help="Write the training rows here, rare labels repeated.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the page with plots here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Whether a file can train a model, rule by rule. Exit code 1 when it cannot."""
    from ai_data_platform.cli import check_dataset as view
    from ai_data_platform.stores.dataset_files import DatasetFiles

    settings, files = read_settings(), DatasetFiles(path)
    checked = view.check_files(files, settings, label=label, max_tokens=max_tokens)
    plan = None if upsample is None else view.upsample(files, checked, settings, upsample)
    if html is not None:
        html.write_bytes(view.page(checked))
    if as_json:
        show_json(view.checked_as_json(checked, plan))
    else:
        view.show_checked(checked)
        view.show_upsampling(plan, upsample)
    if not checked.verdict.passed:
        raise typer.Exit(1)


@explained
def verify_certificate(
    path: Annotated[Path, typer.Argument(help="The certificate.json of a version.")],
    items: Annotated[
        Path | None,
        typer.Option(help="Parquet of the evaluation items; those kept in AIDP_HOME by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Work out a leakage certificate again, by other means. Exit code 1 when it does not hold."""
    from ai_data_platform.cli import certificates
    from ai_data_platform.stores.certificate_check import verify_certificate as verify

    wanted = certificates.find_items(open_home(read_settings()), items)
    quiet = as_json or console.quiet
    found = verify(path, wanted, lambda line: None if quiet else console.print(f"  {line}"))
    if as_json:
        show_json(certificates.verification_as_json(found))
    else:
        certificates.show_verification(found)
    if not found.holds:
        raise typer.Exit(1)
