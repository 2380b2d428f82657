"""The HTTP API: ratings and turns in, and the published knowledge base to be searched. Needs no Dagster."""

import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from ai_data_platform.api.access import Access
from ai_data_platform.api.admission import Admission, BodyDeadline
from ai_data_platform.api.arrivals import Arrivals
from ai_data_platform.api.errors import add_error_answers
from ai_data_platform.api.feedback_routes import feedback_routes, stats_routes
from ai_data_platform.api.group_writer import GroupWriter
from ai_data_platform.api.metrics import Metrics
from ai_data_platform.api.observed import Observed
from ai_data_platform.api.operation_routes import operation_routes
from ai_data_platform.api.options import ServiceOptions
from ai_data_platform.api.request_log import RequestLog
from ai_data_platform.api.search_routes import Search, search_routes
from ai_data_platform.api.turn_routes import turn_routes
from ai_data_platform.api.widget import widget_routes
from ai_data_platform.stores.feedback import FeedbackStore
from ai_data_platform.stores.tokens import TokenStore

__all__ = ["MAX_BODY_BYTES", "Search", "create_app"]

MAX_BODY_BYTES = 1024 * 1024

_DEFAULTS = ServiceOptions()


def create_app(
    feedback: FeedbackStore,
    *,
    search: Search | None = None,
    tokens: TokenStore | None = None,
    options: ServiceOptions = _DEFAULTS,
    waiting: Callable[[], int | None] = lambda: None,
    routers: Iterable[APIRouter] = (),
    log: RequestLog | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The application over a feedback store; with `search`, also `GET /search`.

    Without tokens everybody may do anything. `waiting` says how many ratings wait for their answer.
    A router of `routers` states the role that opens it: `APIRouter(dependencies=[requires("annotate")])`.
    The store stays the caller's to close.
    """
    metrics, arrivals = Metrics(feedback.unprocessed), Arrivals(clock)
    writer = GroupWriter(feedback.add_each)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        writer.close()

    app = FastAPI(
        title="AI data platform",
        summary="Ratings and turns in, search over the published knowledge base out.",
        max_body_size=MAX_BODY_BYTES,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=_layers(options, Access(tokens, options.rate_limit, clock), metrics, log),
    )
    add_error_answers(app, metrics)
    for router in (
        feedback_routes(writer, arrivals, metrics),
        turn_routes(feedback, arrivals, metrics),
        stats_routes(feedback, options.trigger, waiting),
        operation_routes(feedback, metrics),
        widget_routes(),
        *([] if search is None else [search_routes(search)]),
        *routers,
    ):
        app.include_router(router)
    return app


def _layers(
    options: ServiceOptions, access: Access, metrics: Metrics, log: RequestLog | None
) -> list[Middleware]:
    """What a request passes on its way in, the outermost first."""
    layers = [Middleware(Observed, metrics=metrics, log=log, clock=time.perf_counter)]
    if options.hosts:
        layers.append(Middleware(TrustedHostMiddleware, allowed_hosts=options.hosts))
    if options.cors_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=options.cors_origins,
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type", "X-Request-Id"],
                expose_headers=["Retry-After", "X-Request-Id"],
            )
        )
    return [
        *layers,
        Middleware(Admission, access=access, max_in_flight=options.max_in_flight),
        Middleware(BodyDeadline, seconds=options.body_timeout_s),
    ]
