"""The words of answers that decline in German, French, Spanish, Portuguese and Chinese."""

import re
from typing import NamedTuple

__all__ = ["ABROAD", "Words"]


class Words(NamedTuple):
    """One language. A sentence declines when it `opens` and `declines`, and nothing `turns` it."""

    opens: re.Pattern[str]
    declines: re.Pattern[str]
    turns: re.Pattern[str]
    phrases: re.Pattern[str]  # whole sentences that say nothing


def _words(opens: str, declines: str, turns: str, phrases: str) -> Words:
    return Words(*(re.compile(part, re.IGNORECASE) for part in (opens, declines, turns, phrases)))


_GERMAN = _words(
    r"(?:es )?tut mir (?:sehr )?leid|leider|entschuldig|als (?:eine? )?(?:ki\b|ki-|künstliche|sprachmodell"
    r"|große)|(?:dabei |damit )?(?:kann|darf) ich\b.{0,40}\bnicht (?:helfen|weiterhelfen|unterstützen)"
    r"|ich (?:kann|darf)\b.{0,40}\bnicht (?:helfen|beantworten|weiterhelfen|unterstützen)",
    r"\b(?:kann|darf|könnte)\b.{0,120}\bnicht\b|nicht in der lage|kein(?:e|en)? (?:\w+ )?(?:informationen"
    r"|zugriff|zugang|meinung|auskunft|gefühle|daten)|\bweiß (?:ich )?(?:das |es )?(?:leider )?nicht",
    r"\b(?:jedoch|allerdings|stattdessen|hier (?:ist|sind)|aber (?:ich kann|sie|du|hier))\b",
    r"(?:es tut mir leid|entschuldig\w*)(?: (?:für|sie|bitte|die|das|mich))*(?: \w+)?"
    r"|(?:kann|darf) ich (?:ihnen|dir) (?:sonst )?(?:noch )?(?:irgendwie |mit etwas )?(?:helfen"
    r"|behilflich sein)|(?:ich wünsche (?:ihnen|dir) )?(?:noch )?einen schönen (?:tag|abend)(?: noch)?",
)
_FRENCH = _words(
    r"(?:je suis )?(?:vraiment )?désolée?|malheureusement|je regrette|en tant qu(?:e|['’])|je m['’]excuse"
    r"|je ne (?:peux|suis)",
    r"\bne (?:peux|suis|dispose|possède|sais)\b.{0,40}\bpas\b|\bn['’]ai pas\b|pas en mesure",
    r"\b(?:cependant|toutefois|en revanche|néanmoins|voici|mais (?:je peux|vous|tu))\b",
    r"(?:je suis )?désolée?(?: pour)?(?: (?:la|le|les|cette|ce))?(?: \w+)?"
    r"|(?:puis-je|est-ce que je peux) (?:vous|t['’])\s?aider.{0,30}|bonne (?:journée|soirée)",
)
_SPANISH = _words(
    r"lo siento|perdón|disculp\w+|lamentablemente|desafortunadamente|como (?:un |una )?(?:ia\b|modelo"
    r"|inteligencia|asistente)|no (?:puedo|tengo)",
    r"\bno (?:puedo|tengo|dispongo|soy capaz|estoy (?:autorizad|en condiciones)|sé|poseo)",
    r"\b(?:sin embargo|no obstante|en cambio|aquí (?:tienes|está)|pero (?:puedo|sí|te|le|si))\b",
    r"(?:lo siento|perdón|disculp\w+)(?: mucho)?(?: por)?(?: (?:la|el|las|los))?(?: \w+)?"
    r"|¿?(?:puedo|en qué (?:más )?puedo|hay algo más).{0,40}(?:ayudar\w*)?|que tengas? (?:un )?buen día",
)
_PORTUGUESE = _words(
    r"sinto muito|desculp\w+|lamento|infelizmente|como (?:um |uma )?(?:ia\b|modelo|inteligência|assistente)"
    r"|não (?:posso|tenho)",
    r"\bnão (?:posso|tenho|consigo|sou capaz|estou autorizad|sei|possuo)",
    r"\b(?:no entanto|porém|contudo|entretanto|aqui est|mas (?:posso|você|eu posso))",
    r"(?:sinto muito|desculp\w+|lamento)(?: (?:pela|pelo|por))?(?: \w+)?"
    r"|(?:posso|em que (?:mais )?posso).{0,40}ajud\w+.{0,20}|tenha um bom dia",
)
_CHINESE = _words(
    r"(?:非常|很|十分)?(?:抱歉|对不起|對不起|遗憾)"
    r"|作[为為](?:一[个個名款])?.{0,12}(?:AI|人工智能|语言模型|助手|機器人|机器人)",
    r"无法|無法|不能|不可以|没有(?:办法|能力|权限|相关|足够|任何)|帮不了|不(?:方便|知道|清楚)",
    r"但是?我?(?:可以|能)|不过|不過|然而|以下|您可以|你可以",
    r"(?:非常|很|十分)?(?:抱歉|对不起|對不起)(?:给您带来(?:的)?(?:困扰|不便))?|请问?还有(?:什么|其他).{0,20}"
    r"|祝您.{0,12}",
)

ABROAD = (_GERMAN, _FRENCH, _SPANISH, _PORTUGUESE, _CHINESE)
