"""`aidp serve`: feedback in, search out, over HTTP."""

import threading

from ai_data_platform.cli.output import explained
from ai_data_platform.cli.places import open_home, query_embedder
from ai_data_platform.settings import read_settings

__all__ = ["serve"]


@explained
def serve() -> None:
    """The feedback API and search over HTTP, on AIDP_HOST and AIDP_PORT."""
    import uvicorn

    from ai_data_platform.api.app import create_app
    from ai_data_platform.stores.search import KnowledgeBase

    settings = read_settings()
    home = open_home(settings)
    found = KnowledgeBase(home, query_embedder(settings))
    threading.Thread(target=found.warm, daemon=True).start()
    service = create_app(home.feedback, search=found.search)
    uvicorn.run(service, host=settings.host, port=settings.port, log_level="info")
