"""Asset checks: each shows one rule of a gate's verdict, with score and threshold, or warns of a trend."""

from ai_data_platform.defs.checks.trends import QUALITY_CHECKS, trend_checks
from ai_data_platform.defs.checks.verdicts import WHOLE_GATE, verdict_checks

__all__ = ["QUALITY_CHECKS", "WHOLE_GATE", "trend_checks", "verdict_checks"]
