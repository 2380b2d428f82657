"""Words of a quality report that somebody may not know."""

__all__ = ["BIAS", "TERMS"]

BIAS = (
    ("length_bias_auc", "how often lengths alone tell the liked answer; 0.5 is chance", "{:.2f}"),
    ("chosen_longer_share", "pairs whose chosen answer is the longer one", "{:.1%}"),
    ("position_bias", "pairs won by the answer at one place, first or second", "{:.1%}"),
    ("largest_user_share", "rows of the user with the most", "{:.1%}"),
    ("largest_prompt_share", "rows with the commonest prompt", "{:.1%}"),
)
"""Figures of what may be learnt instead of what people like: each with its words and how it is written."""

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
        "Length bias",
        "The area under the ROC curve of a classifier that sees nothing but lengths in words. Of a pair it "
        "compares the two sides, of single answers the liked with the disliked ones; a bias to short "
        "answers counts as one to long answers does. 0.5 is chance.",
    ),
    (
        "PSI",
        "Population stability index: the sum over bins of (p − q) ln(p ∕ q), with p and q the shares "
        "of this version and of the published one. Numbers are binned by the published deciles. The "
        "bands 0.1 and 0.25 are those of credit scoring (Siddiqi, Credit Risk Scorecards, 2006); what "
        "chance gives is a chi-squared bound (Yurdakul and Naranjo, 2020).",
    ),
)
