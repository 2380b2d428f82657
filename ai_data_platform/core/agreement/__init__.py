"""How far people agree who judge the same: coefficients, their bounds, who and what pulls them down."""

from ai_data_platform.core.agreement.as_json import studies_as_json
from ai_data_platform.core.agreement.coefficients import Level, level_named
from ai_data_platform.core.agreement.gate import advice, agreement_figures, agreement_rules
from ai_data_platform.core.agreement.labels import Columns, Labels, read_labels
from ai_data_platform.core.agreement.page import agreement_page
from ai_data_platform.core.agreement.resampling import Agreement, Estimate, agreement_of
from ai_data_platform.core.agreement.study import (
    DEFAULT_FLOOR,
    DEFAULT_MIN_ITEMS,
    Demand,
    Study,
    study_of,
)
from ai_data_platform.core.agreement.tasks import RATINGS, TASKS, Task, task_labels

__all__ = [
    "DEFAULT_FLOOR",
    "DEFAULT_MIN_ITEMS",
    "RATINGS",
    "TASKS",
    "Agreement",
    "Columns",
    "Demand",
    "Estimate",
    "Labels",
    "Level",
    "Study",
    "Task",
    "advice",
    "agreement_figures",
    "agreement_of",
    "agreement_page",
    "agreement_rules",
    "level_named",
    "read_labels",
    "studies_as_json",
    "study_of",
    "task_labels",
]
