"""Leakage: evaluation data in the training rows, and rows that cross the splits."""

from ai_data_platform.core.datasets.leakage.certificate import (
    NO_CONTAMINATION,
    Certificate,
    CertifiedRow,
    certificate_rules,
    certify,
)
from ai_data_platform.core.datasets.leakage.contamination import Contamination, find_contamination
from ai_data_platform.core.datasets.leakage.items import EvaluationItem
from ai_data_platform.core.datasets.leakage.options import CertificateOptions, ContaminationOptions

__all__ = [
    "NO_CONTAMINATION",
    "Certificate",
    "CertificateOptions",
    "CertifiedRow",
    "Contamination",
    "ContaminationOptions",
    "EvaluationItem",
    "certificate_rules",
    "certify",
    "find_contamination",
]
