"""`aidp serve`: feedback in, search out, over HTTP."""

import threading
from datetime import UTC, datetime
from ipaddress import ip_address

from ai_data_platform.cli.output import explained
from ai_data_platform.cli.places import open_home, query_embedder
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.settings import Settings, read_settings
from ai_data_platform.stores.home import Home

__all__ = ["serve"]

_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


@explained
def serve() -> None:
    """The feedback API and search over HTTP, on AIDP_HOST and AIDP_PORT."""
    from ai_data_platform.api.annotation_routes import annotation_routes
    from ai_data_platform.api.app import create_app
    from ai_data_platform.api.options import ServiceOptions
    from ai_data_platform.api.request_log import log_to_stderr
    from ai_data_platform.api.server import serve_until_stopped, server
    from ai_data_platform.stores.annotation import AnnotationQueue
    from ai_data_platform.stores.search import KnowledgeBase

    settings = read_settings()
    home = open_home(settings)
    alone = not home.tokens.any()
    if alone:
        _require_loopback(settings)
    found = KnowledgeBase(home, query_embedder(settings))
    options = ServiceOptions(
        rate_limit=None if settings.rate_limit == "none" else settings.rate_limit,
        max_in_flight=settings.max_in_flight,
        body_timeout_s=settings.body_timeout,
        cors_origins=settings.cors_origins,
        hosts=_LOCAL_NAMES if alone else (),  # a web page must not reach us by a name of its own
        trigger=settings.feedback_trigger,
    )
    labelling = annotation_routes(AnnotationQueue(home), home.feedback, lambda: datetime.now(UTC))
    app = create_app(
        home.feedback,
        search=found.search,
        tokens=home.tokens,
        options=options,
        waiting=lambda: _waiting(home),
        routers=[labelling],
        log=log_to_stderr(),
    )
    threading.Thread(target=found.warm, daemon=True).start()
    service = server(
        app,
        settings.host,
        settings.port,
        header_timeout_s=settings.body_timeout,
        grace_s=settings.shutdown_grace,
    )
    serve_until_stopped(service, home.feedback.close)


def _waiting(home: Home) -> int | None:
    """Ratings whose answer was in no chat log at the last build; None before the first."""
    from ai_data_platform.core.preference.reasons import WAITING

    made = home.lake.manifest("preference_pairs")
    return None if made is None else made.dropped.get(WAITING, 0)


def _require_loopback(settings: Settings) -> None:
    try:
        loopback = ip_address(settings.host).is_loopback
    except ValueError:
        loopback = settings.host == "localhost"
    if not loopback:
        raise ConfigurationError(
            f"AIDP_HOST is {settings.host}, which others reach, and there is no token: create one with "
            "`aidp token create NAME --role ingest`, or listen on 127.0.0.1"
        )
