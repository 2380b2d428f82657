"""Every sensor that asks for runs of its own accord."""

from ai_data_platform.defs.automation.content import changed_documents, changed_evaluation_sets
from ai_data_platform.defs.automation.feedback import enough_feedback
from ai_data_platform.defs.automation.sources import new_chat_logs, new_feedback_files

__all__ = ["SENSORS"]

SENSORS = [
    new_chat_logs,
    new_feedback_files,
    enough_feedback,
    changed_documents,
    changed_evaluation_sets,
]
