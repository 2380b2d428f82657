"""How the quality of datasets is measured, as the settings say."""

from ai_data_platform.settings import Settings
from ai_data_platform.stores.quality import QualityOptions
from ai_data_platform.stores.tokenizers import FileTokenizer

__all__ = ["quality_options"]


def quality_options(settings: Settings) -> QualityOptions:
    """Raises ConfigurationError when AIDP_TOKENIZER names no file."""
    return QualityOptions(
        FileTokenizer(settings.tokenizer), settings.max_tokens, settings.max_drift
    )
