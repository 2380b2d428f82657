"""What commands open: the home of these settings, and the model that embeds questions."""

from ai_data_platform.core.retrieval import Embedder
from ai_data_platform.settings import CHECKOUT, Settings
from ai_data_platform.stores.home import Home

__all__ = ["open_home", "query_embedder"]


def open_home(settings: Settings) -> Home:
    """The platform's state under AIDP_HOME."""
    warehouse = settings.warehouse.get_secret_value()
    store = settings.feedback_store_url()
    return Home(settings.home, CHECKOUT / "dbt_project", warehouse, store)


def query_embedder(settings: Settings) -> Embedder:
    """The model of the knowledge base; it loads with the first question."""
    from ai_data_platform.stores.models import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(settings.embedding_model, settings.embedding_revision)
