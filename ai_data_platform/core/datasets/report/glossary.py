"""Words of a quality report that somebody may not know."""

__all__ = ["TERMS"]

TERMS = (
    (
        "Row",
        "One training example: a conversation, a pair of answers, or a text with its label.",
    ),
    (
        "Word",
        "A run of letters or digits; in Chinese, Japanese, Korean and Thai each character counts.",
    ),
    (
        "Token",
        "What a model reads: a word or a part of one. A row counts 5 more a message, as a chat "
        "template adds them. Of more than 20,000 rows the 20,000 with the smallest hashes are counted.",
    ),
    (
        "PSI",
        "Population stability index: the sum over bins of (p − q) ln(p ∕ q), with p and q the shares "
        "of this version and of the published one. Numbers are binned by the published deciles. The "
        "bands 0.1 and 0.25 are those of credit scoring (Siddiqi, Credit Risk Scorecards, 2006); what "
        "chance gives is a chi-squared bound (Yurdakul and Naranjo, 2020).",
    ),
)
