"""The few row types that travel between rooms, and their Arrow schemas."""

from dataclasses import dataclass

import pyarrow as pa

__all__ = ["CHAT_LOG", "COLUMNS", "FEEDBACK", "QUARANTINE", "Rejected"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that does not meet its contract.

    `reason` is a short identifier that is counted (`rating_out_of_range`), `detail` says what was seen
    and what was wanted.
    """

    reason: str
    detail: str


CHAT_LOG = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),  # hash of content and source position
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("message_id", pa.string(), nullable=False),
        pa.field(
            "parent_message_id", pa.string()
        ),  # the user message that this answers; siblings share it
        pa.field(
            "thread", pa.list_(pa.string())
        ),  # message ids from the first message to this answer
        pa.field("turn_index", pa.int32(), nullable=False),
        pa.field("user_message", pa.string(), nullable=False),
        pa.field("assistant_message", pa.string(), nullable=False),
        pa.field("rating", pa.int8()),
        pa.field("model", pa.string()),
        pa.field("user_id", pa.string()),
        pa.field("created_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_line", pa.int64(), nullable=False),  # 1-based line or row number
    ]
)
"""One exchange: a user message and the answer to it."""

FEEDBACK = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("event_id", pa.string(), nullable=False),  # the client's, or a hash of the event
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("message_id", pa.string()),  # null: the whole conversation was rated
        pa.field("rating", pa.int8(), nullable=False),
        pa.field("feedback_text", pa.string()),
        pa.field("user_id", pa.string()),  # null: the source hides its raters
        pa.field("created_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_line", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),  # stars, thumbs or comparison
        pa.field("edited_text", pa.string()),  # the answer as the rater would have it
        pa.field("shown_position", pa.int32()),  # 1-based place among the answers shown together
    ]
)
"""One rating of one answer by one person."""

QUARANTINE = pa.schema(
    [
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_line", pa.int64(), nullable=False),  # 0: the file as a whole
        pa.field("day", pa.string()),  # UTC day of the record where it could be read
        pa.field("reason", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("raw", pa.string()),  # the first 2,000 characters of the record as it was read
    ]
)
"""One record that was set aside, with its reason and where it stands."""

COLUMNS = {
    "answer": "what the product or the built-in answerer said to the question",
    "answer_id": "hash of question, answer and generator",
    "assistant_message": "what was answered",
    "began": "when the conversation began, UTC",
    "chosen": "the better rated answer, as messages",
    "chosen_message_id": "id of the better rated answer",
    "chosen_position": "mean place at which the chosen answer was shown, from 1",
    "chosen_raters": "people behind the rating of the chosen answer",
    "chosen_rating": "mean rating of the chosen answer, 1 to 5",
    "chunk_id": "hash of document, headings and text",
    "completion": "the rated answer, as messages",
    "content_hash": "SHA-256 of the document's file",
    "context_recall": "idf-weighted share of the reference answer that the retrieved passages hold",
    "context_recall_published": "context recall of the published index on the same question",
    "conversation_hash": "hash of the conversation as it was logged and of the rules of redaction",
    "conversation_id": "conversation that the row belongs to",
    "created_at": "time of the answer or rating, UTC",
    "doc_id": "hash of the document's uri",
    "drop_reason": "why the row does not train; null when it does",
    "edited_text": "the answer as the rater would have it",
    "embedder": "fingerprint of the model that made the vector",
    "embedding_text": "the text that is embedded: headings and passage",
    "event_id": "the client's id of the rating, or a hash of it",
    "exchange_record_ids": "raw records of the exchanges that the row was made from",
    "extractor": "library and version that read the document",
    "faithfulness": "idf-weighted share of the answer that the retrieved passages support",
    "faithfulness_published": "faithfulness of the published index on the same question",
    "feedback_text": "what the rater wrote",
    "generator": "what gave the stored answer",
    "heading_path": "headings above the passage, the outermost first",
    "hit_at_5": "1 when a right document is among the first five",
    "hit_at_5_published": "hit@5 of the published index on the same question",
    "human_faithfulness": "a person's label of the stored answer, 0 to 1",
    "label": "whether raters liked the answer",
    "matched_record_id": "the record that this one repeats",
    "kind": "how it was rated: `stars`, `thumbs` or `comparison`",
    "language": "ISO 639 code of the language; `und` where it cannot be told",
    "language_score": "how sure the language is, 0 to 1",
    "media_type": "type of the document's file",
    "message_id": "id of the answer",
    "messages": "the conversation: `role` and `content`, user and assistant in turn",
    "item_id": "hash of the text and its source position",
    "model": "model that answered",
    "mrr_at_10": "1 over the rank of the first right document among ten",
    "mrr_at_10_published": "MRR@10 of the published index on the same question",
    "ndcg_at_10": "normalised discounted cumulative gain over ten documents",
    "ndcg_at_10_published": "nDCG@10 of the published index on the same question",
    "origin": "of a question `team` or `generated`, of a pair `ratings` or `edit`",
    "page": "page of a PDF, from 1",
    "pair_id": "hash of conversation and message ids of the two answers, of an edit also of its words",
    "parent_message_id": "the user message that was answered; siblings share it",
    "part": "part of the record: a column, and the place of a message",
    "position": "place of the passage in its document, from 0",
    "prompt": "the conversation before the answers, as messages",
    "prompt_id": "conversation and first answer of a prompt: sibling answers share it",
    "question": "what was asked",
    "question_id": "id of the evaluation question",
    "rater": "hash of the rater's id; the event where the rater is hidden",
    "raters": "people behind the rating",
    "rating": "1 to 5",
    "rating_record_ids": "raw records of the ratings that the row was made from",
    "ratings": "rating of each answer, null where nobody rated",
    "record_id": "hash of the record's content and source position",
    "record_ids": "raw record of each exchange",
    "redactions": "placeholders in the whole conversation",
    "rejected": "the worse rated answer, as messages",
    "rejected_message_id": "id of the worse rated answer",
    "rejected_position": "mean place at which the rejected answer was shown, from 1",
    "rejected_raters": "people behind the rating of the rejected answer",
    "rejected_rating": "mean rating of the rejected answer, 1 to 5",
    "retrieved": "chunk ids that were found, best first",
    "retrieved_faithfulness": "share of the stored answer that the retrieved passages support",
    "retrieved_faithfulness_published": "the same with the published index's passages",
    "row_id": "hash of conversation and message id",
    "sections": "text below each heading or of each page",
    "set_name": "evaluation set: the name of its file",
    "shown_position": "place among the answers shown together, from 1; null when alone or not known",
    "source": "name of the source folder",
    "source_file": "file that the record was read from",
    "source_line": "line or row of that file, from 1",
    "text": "readable text",
    "text_hash": "hash of the text that the row was made from, and of the rules where there are any",
    "thread": "message ids from the first message to this answer",
    "title": "title of the document",
    "toxicity": "how harmful question or answer is, 0 to 1; null where nothing scores it",
    "turn_index": "place of the exchange in its conversation, from 0",
    "unsupported": "what the retrieved passages lack of the reference answer",
    "updated_at": "time of the document's file",
    "uri": "path of the document below its source folder",
    "user_hash": "hash of the user's id",
    "user_id": "who asked or rated",
    "user_message": "what the user wrote",
    "vector_mrr_at_10": "MRR@10 of a search by vector alone",
    "vector_mrr_at_10_published": "the same of the published index on the same question",
    "words": "words of the passage",
}
"""What a column of this name holds, wherever it stands."""
