"""The quality report of a training dataset: figures, a page with plots, a picture and a part of the card."""

from ai_data_platform.core.datasets.report.lines import certificate_remarks, quality_lines
from ai_data_platform.core.datasets.report.overview import quality_overview
from ai_data_platform.core.datasets.report.page import quality_page
from ai_data_platform.core.datasets.report.quality import (
    QualityReport,
    Stage,
    quality_figures,
    quality_rules,
)

__all__ = [
    "QualityReport",
    "Stage",
    "certificate_remarks",
    "quality_figures",
    "quality_lines",
    "quality_overview",
    "quality_page",
    "quality_rules",
]
