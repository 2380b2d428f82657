"""Rows of training files as examples: what is said in which role, whatever format the file has.

Formats are those of TRL, LLaMA-Factory and Axolotl. A row that its trainer would drop, cut or
misread is a Fault with the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal, NamedTuple, TypeGuard

from ai_data_platform.core.text import normalise

__all__ = ["FORMATS", "Example", "Fault", "Format", "Turn", "detect_format", "read_example"]

Format = Literal[
    "messages",
    "prompt/chosen/rejected",
    "prompt/completion/label",
    "prompt/completion",
    "alpaca",
    "sharegpt",
    "text,label",
]
FORMATS: Mapping[Format, frozenset[str]] = {
    "messages": frozenset({"messages"}),
    "prompt/chosen/rejected": frozenset({"chosen", "rejected"}),  # TRL allows an implicit prompt
    "prompt/completion/label": frozenset({"prompt", "completion", "label"}),  # KTO's
    "prompt/completion": frozenset({"prompt", "completion"}),
    "alpaca": frozenset({"instruction", "output"}),
    "sharegpt": frozenset({"conversations"}),
    "text,label": frozenset({"text", "label"}),
}
"""The columns that a row of each format has, in the order in which formats are tried."""

_ROLES = {
    "system": "system",
    "user": "user",
    "human": "user",  # ShareGPT's names
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
    "function_call": "assistant",
    "tool": "tool",
    "observation": "tool",
    "function": "tool",
}


class Turn(NamedTuple):
    """One message: role "system", "user", "assistant" or "tool", and its text."""

    role: str
    content: str


class Fault(NamedTuple):
    """Why a row cannot train: a snake_case reason, and what was seen."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Example:
    """One row. Of a pair, `turns` are the prompt alone and the answers stand in `chosen`, `rejected`.

    A row of "text,label" is one user turn without an answer. `liked` is the label of a KTO row, whose
    last turn it is about.
    """

    turns: tuple[Turn, ...]
    chosen: tuple[Turn, ...] = ()
    rejected: tuple[Turn, ...] = ()
    liked: bool | None = None

    @property
    def is_pair(self) -> bool:
        return bool(self.chosen)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text of the row, in order."""
        return tuple(turn.content for turn in (*self.turns, *self.chosen, *self.rejected))

    @property
    def answers(self) -> list[str]:
        """What the model is to learn to say: the answers, of a pair the chosen one, of KTO a liked one."""
        if self.liked is not None:
            return [self.turns[-1].content] if self.liked else []
        turns = self.chosen or self.turns
        return [turn.content for turn in turns if turn.role == "assistant"]


def detect_format(record: Mapping[str, object]) -> Format | None:
    """The first format whose columns are all there; None when no format is known by these.

    A label that is no boolean beside a prompt and a completion is the class of an SFT row.
    """
    found = next((name for name, wanted in FORMATS.items() if wanted <= record.keys()), None)
    if found == "prompt/completion/label" and not isinstance(record["label"], bool):
        return "prompt/completion"
    return found


def read_example(record: object, kind: Format) -> Example | Fault:
    """The row as an example, or the first thing that is wrong with it."""
    if not isinstance(record, dict):
        return Fault("not_an_object", f"saw {type(record).__name__}, wanted an object")
    if not FORMATS[kind] <= record.keys():
        missing = ", ".join(sorted(FORMATS[kind] - record.keys()))
        return Fault("missing_column", f"{missing} is missing, wanted {kind}")
    match kind:
        case "messages" | "sharegpt":
            made = _conversation(record, "messages" if kind == "messages" else "conversations")
        case "prompt/chosen/rejected":
            return _pair(record)
        case "prompt/completion/label":
            return _judged(record)
        case "prompt/completion":
            made = _joined(_turns(record["prompt"], "user"), _turns(record["completion"]))
        case "alpaca":
            made = _alpaca(record)
        case "text,label":
            return _labelled(record)
    return made if isinstance(made, Fault) else _sound(made)


def _conversation(record: Mapping[str, Any], column: str) -> Sequence[Turn] | Fault:
    if isinstance(record[column], str):
        return Fault("wrong_type", f"{column} is a text, wanted a list of messages")
    turns = _turns(record[column])
    system = record.get("system")
    if isinstance(turns, Fault) or column == "messages" or not isinstance(system, str):
        return turns
    return [Turn("system", system), *turns] if system else turns


def _alpaca(record: Mapping[str, Any]) -> Sequence[Turn] | Fault:
    """Instruction and input are one message of the user, a line end between them, as trainers join them."""
    asked = [record["instruction"], record.get("input") or ""]
    if not all(isinstance(part, str) for part in asked):
        return Fault("wrong_type", "instruction or input is no text")
    earlier: list[Turn] = []
    for pair in record.get("history") or ():
        if not _is_list(pair) or len(pair) != 2:
            return Fault("wrong_type", "history holds something else than [question, answer]")
        earlier += [Turn("user", str(pair[0])), Turn("assistant", str(pair[1]))]
    system = [Turn("system", record["system"])] if record.get("system") else []
    question = Turn("user", "\n".join(part for part in asked if part))
    return _joined([*system, *earlier, question], _turns(record["output"]))


def _labelled(record: Mapping[str, Any]) -> Example | Fault:
    text, label = record["text"], record["label"]
    if not isinstance(text, str):
        return Fault("wrong_type", f"text is {type(text).__name__}, wanted a text")
    if label is None or label == "":
        return Fault("missing_label", "the label is empty")
    turn = Turn("user", text)
    return _bad_text([turn]) or Example((turn,))


def _judged(record: Mapping[str, Any]) -> Example | Fault:
    if not isinstance(record["label"], bool):
        return Fault("label_not_boolean", f"saw {record['label']!r}, wanted true or false")
    made = _joined(_turns(record["prompt"], "user"), _turns(record["completion"]))
    found = made if isinstance(made, Fault) else _sound(made)
    return found if isinstance(found, Fault) else replace(found, liked=record["label"])


def _pair(record: Mapping[str, Any]) -> Example | Fault:
    chosen, rejected = _turns(record["chosen"]), _turns(record["rejected"])
    if isinstance(chosen, Fault):
        return chosen
    if isinstance(rejected, Fault):
        return rejected
    prompt = record.get("prompt")
    in_sides = isinstance(prompt, str) and not isinstance(record["chosen"], str)
    if prompt is None or in_sides:  # as TRL does: what both sides begin with is the prompt
        return _with_shared_prompt(chosen, rejected)
    turns = _turns(prompt, "user")
    return turns if isinstance(turns, Fault) else _sound_pair(turns, chosen, rejected)


def _with_shared_prompt(chosen: Sequence[Turn], rejected: Sequence[Turn]) -> Example | Fault:
    if len(chosen) == len(rejected) == 1 and chosen[0].role == "assistant":
        return Fault("missing_column", "there is no prompt, and the sides do not hold one")
    if list(chosen[:-1]) != list(rejected[:-1]):
        return Fault("prompts_differ", "the sides answer different prompts")
    return _sound_pair(chosen[:-1], chosen[-1:], rejected[-1:])


def _sound_pair(
    prompt: Sequence[Turn], chosen: Sequence[Turn], rejected: Sequence[Turn]
) -> Example | Fault:
    if not prompt or prompt[-1].role not in ("user", "tool"):
        return Fault("prompt_not_ending_with_the_user", "wanted the user's message last")
    for side in (chosen, rejected):
        found = _sound([*prompt, *side])
        if isinstance(found, Fault):
            return found
    if [normalise(turn.content) for turn in chosen] == [normalise(t.content) for t in rejected]:
        return Fault("equal_sides", "chosen and rejected read the same")
    return Example(tuple(prompt), tuple(chosen), tuple(rejected))


def _joined(
    prompt: Sequence[Turn] | Fault, answer: Sequence[Turn] | Fault
) -> Sequence[Turn] | Fault:
    if isinstance(prompt, Fault):
        return prompt
    return answer if isinstance(answer, Fault) else [*prompt, *answer]


def _turns(value: object, role: str = "assistant") -> Sequence[Turn] | Fault:
    """A text as one turn of this role, a list of messages as turns."""
    if isinstance(value, str):
        return (Turn(role, value),)
    if not _is_list(value):
        return Fault("wrong_type", f"saw {type(value).__name__}, wanted a text or messages")
    turns: list[Turn] = []
    for message in value:
        turn = _turn(message)
        if isinstance(turn, Fault):
            return turn
        turns.append(turn)
    return turns


def _turn(message: object) -> Turn | Fault:
    if not isinstance(message, dict):
        return Fault("wrong_type", f"a message is {type(message).__name__}, wanted an object")
    named = message.get("role", message.get("from"))
    role = _ROLES.get(named) if isinstance(named, str) else None
    if role is None:
        return Fault("unknown_role", f"saw {named!r}, wanted one of {', '.join(_ROLES)}"[:200])
    content = message.get("content", message.get("value"))
    if content is None and message.get("tool_calls"):
        content = str(message["tool_calls"])  # a call is what the model says there
    if not isinstance(content, str):
        return Fault("wrong_type", f"content is {type(content).__name__}, wanted a text")
    return Turn(role, content)


def _sound(turns: Sequence[Turn]) -> Example | Fault:
    """The conversation when user and assistant take turns, the assistant last, and nobody says nothing."""
    if not turns:
        return Fault("no_messages", "the list of messages is empty")
    spoken = turns[1:] if turns[0].role == "system" else turns
    if not spoken or spoken[0].role != "user":
        return Fault(
            "first_turn_not_user", f"saw {turns[-1].role if not spoken else spoken[0].role}"
        )
    for before, turn in pairwise(spoken):
        called = before.role == turn.role == "tool"  # one call may give several results
        if not called and (before.role == "assistant") == (turn.role == "assistant"):
            return Fault("roles_do_not_alternate", f"{turn.role} follows {before.role}")
        if turn.role == "system":
            return Fault("roles_do_not_alternate", "system stands inside the conversation")
    if spoken[-1].role != "assistant":
        return Fault("last_turn_not_assistant", f"saw {spoken[-1].role}")
    return _bad_text(turns) or Example(tuple(turns))


def _bad_text(turns: Sequence[Turn]) -> Fault | None:
    for place, turn in enumerate(turns, start=1):
        if not turn.content or turn.content.isspace():
            return Fault("empty_content", f"message {place} ({turn.role}) has no text")
        if not _is_unicode(turn.content):
            return Fault("lone_surrogate", f"message {place} ({turn.role}) is not valid UTF-8")
    return None


def _is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8: half an emoji, which JSON can hold, cannot."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple)
