"""A made-up company's support chats, pages and feedback, with defects whose number is known.

Everything follows from a seed, and the chats come as a stream: ten million need no more memory than
ten.
"""

from ai_data_platform.core.samples.spec import SampleReport, SampleSpec

__all__ = ["SampleReport", "SampleSpec"]
