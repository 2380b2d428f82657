"""What whoever runs the service asks it."""

from fastapi import APIRouter, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, PlainTextResponse

from ai_data_platform.api.access import requires
from ai_data_platform.api.bodies import Liveness
from ai_data_platform.api.errors import REFUSALS
from ai_data_platform.api.metrics import CONTENT_TYPE, Metrics
from ai_data_platform.stores.feedback import FeedbackStore

__all__ = ["operation_routes"]

_DOCS_POLICY = (
    "default-src 'none'; connect-src 'self'; script-src https://cdn.jsdelivr.net 'unsafe-inline'; "
    "style-src https://cdn.jsdelivr.net; img-src https://fastapi.tiangolo.com data:; "
    "frame-ancestors 'none'"
)


def operation_routes(store: FeedbackStore, metrics: Metrics) -> APIRouter:
    """GET /healthz and /readyz, open to everybody, and /metrics."""
    routes = APIRouter(tags=["operation"])

    @routes.get("/healthz")
    async def alive() -> Liveness:
        """The process answers."""
        return Liveness()

    @routes.get("/readyz", responses={503: {"description": "The store does not answer"}})
    def ready() -> Liveness:
        """The store answers too."""
        store.unprocessed()
        return Liveness()

    @routes.get(
        "/metrics",
        dependencies=[requires("metrics")],
        responses=REFUSALS,
        response_class=PlainTextResponse,
    )
    def scraped() -> Response:
        """Counts and times in Prometheus's text format."""
        return Response(metrics.page(), media_type=CONTENT_TYPE)

    @routes.get("/docs", include_in_schema=False)
    async def described() -> HTMLResponse:
        """The OpenAPI document to read and try; the page's parts come from the network it names."""
        page = get_swagger_ui_html(openapi_url="/openapi.json", title="AI data platform")
        page.headers["Content-Security-Policy"] = _DOCS_POLICY
        return page

    return routes
