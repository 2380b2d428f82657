"""Asset checks: each shows one rule of a gate's verdict, with score and threshold."""

from ai_data_platform.defs.checks.verdicts import WHOLE_GATE, verdict_checks

__all__ = ["WHOLE_GATE", "verdict_checks"]
