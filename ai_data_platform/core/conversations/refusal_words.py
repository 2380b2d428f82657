"""The words of English answers that decline, and of those that say nothing."""

import re

__all__ = ["COURTESY", "DECLINES", "PHRASES", "REDIRECTS", "TURNS"]


def _any(*alternatives: str) -> str:
    return f"(?:{'|'.join(alternatives)})"


def _compiled(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_SORRY = _any(
    r"(?:i(?:['’]?m| am) )?(?:so |very |really |truly |terribly )*(?:sorry|afraid)",
    r"(?:my |please accept my )?(?:sincere |deepest )?apologies|my apology|forgive me",
    r"i (?:do |sincerely |must |have to |currently )?(?:apologi[sz]e|regret)(?: again)?",
    r"unfortunately|regrettably|sadly|hello|hi",
)
_MODEL = _any(
    r"ai|a\.i\.|llm|language models?|chat ?bot|(?:ai|virtual) assistant|assistant|artificial intelligence"
)
_PERSONA = (
    r"(?:(?:as|since|because)(?: i(?:['’]m| am))?|i(?:['’]m| am)|being) (?:just |only |merely |still )?"
    rf"an? (?:[\w-]+ ){{0,5}}?{_MODEL}(?: (?:language|chat|ai|model|assistant|chat ?bot|system|program))*"
    r"(?: \([^)]{1,20}\))?"
    r"(?: (?:trained|developed|created|built|made|designed) (?:by|on|to|for) [^,.;]{1,80})?"
)
_JOIN = (
    r"(?:[\s,;:.–—-]|\b(?:but|that|so|and|therefore|thus|hence|for|to say|to inform you"
    r"|at (?:the|this) (?:moment|time)|right now|(?:any|the) (?:inconvenience|confusion))\b)*"
)
_NOT = _any(
    r"can(?:not|['’]?t| not)|(?:won['’]t|will not)(?: be able to)?|must decline to",
    r"(?:am |['’]?m )?(?:(?:currently|simply|unfortunately|still) )*(?:not able to|unable to|not capable of"
    r"|not in a position to|not allowed to|not permitted to|not comfortable|incapable of)",
)
_COULD_NOT = r"(?:could(?: not|n['’]t)|was (?:not able|unable) to)"
_OFTEN = r"(?:(?:currently|simply|really|just|also|unfortunately|therefore|directly) )*"
_SERVES = (
    r"(?:help|assist|answer|respond to|provid|offer|giv|share|advis|recommend|confirm|comply|fulfil|generat"
    r"|creat|produc|engag|discuss|comment|tell you|do (?:that|this|so)\b|support|access|brows|predict"
    r"|perform|complet)\w*"
)
_ACTS = (
    r"(?:find|look|search|open|play|show|draw|mak|hav|feel|express|form|writ|process|participat|continu|do"
    r"|tell|schedul|book|se[et])\w*"
)
_LACKS = (
    r"(?:(?:do not|don['’]?t|did not|didn['’]?t)(?: currently| really| actually)? have|have no|lack"
    r"|(?:do not|don['’]?t)(?: currently)? possess)"
    r" (?:(?:any|an|a|the|that|this|specific|sufficient|enough|much|personal|detailed|direct|proper"
    r"|real-time|further|current|more|other|up-to-date|such) )*"
    r"(?:info\w*|answers?|access|data|knowledge|opinions?|preferences?|abilit\w+|capabilit\w+|capacity"
    r"|context|details?|definition|experiences?|feelings|emotions|name|means|resources|permission"
    r"|personal \w+)"
)
_NOT_KNOWN = r"(?:(?:do not|don['’]?t) (?:really |actually )?know|am not sure|have no idea)"
_I = rf"i(?: |(?=['’]m )){_OFTEN}"
_LED = rf"(?:(?:{_SORRY}|{_PERSONA}){_JOIN}){{1,4}}"

DECLINES = _compiled(
    rf"(?:{_LED})?{_I}(?:{_NOT} {_OFTEN}{_SERVES}|{_LACKS})\b",
    # Verbs of every day, and what one merely does not know, decline only behind an apology or a persona.
    rf"{_LED}(?:{_NOT} {_OFTEN}{_SERVES}|{_LACKS})\b",
    rf"{_LED}{_I}(?:{_NOT} {_OFTEN}{_ACTS}|{_COULD_NOT} {_OFTEN}(?:{_SERVES}|{_ACTS})|{_NOT_KNOWN})\b",
    rf"(?:{_SORRY}{_JOIN}){{1,3}}(?:that|this|it)(?:['’]s| is) (?:an? )?(?:something (?:that )?i (?:cannot"
    r"|can['’]t)|inappropriate|not appropriate|against|outside|beyond|not something)\b",
    rf"(?:{_SORRY}{_JOIN}){{1,3}}not being able to\b|{_LED}(?:not able|unable|incapable|not capable)\b",
)
"""How a sentence that declines begins."""

TURNS = re.compile(
    r"\b(?:but|however|although|though|nevertheless|nonetheless|instead|here(?:['’]s| is| are)|you can"
    r"|if you(?:['’]d| can| could| give| provide| share| tell| want| have| would)|i can|i do|we (?:do|have)"
    r"|(?:would|did|do|could|can) you|what can|how about|maybe|perhaps)\b",
    re.IGNORECASE,
)
"""After one of these a sentence goes on to help, or asks for what it needs to help."""

_REASSURED = _any(
    r"well|okay|ok|sure|great|alright|you(?:['’]re| are) welcome|my pleasure|no worries|no problem"
)
_HELP = r"(?:i|we) (?:can|may|could) (?:help|assist|do)(?: (?:you|for you|to help|to help you|with|out))*"

PHRASES = _compiled(
    rf"(?:{_SORRY}{_JOIN})+(?:(?:for|about|if|again|any|all|the|this|that|your|my|caused|previous|earlier"
    r"|inconvenience|confusion|mistakes?|errors?|misunderstandings?|delay|frustration|trouble|may|might"
    r"|have|has|i|it|you|in advance) ?)*",
    rf"(?:(?:yes|no|hello|hi),? )?{_PERSONA}",
    rf"(?:{_REASSURED}(?: thing)?[,.!]? )?(?:and |then )?(?:i hope )?(?:you |please )?have (?:a|yourself a)"
    r"(?: very)? (?:\w+ )?(?:day|one|evening|night|weekend|time|afternoon|morning)"
    r"(?: ahead| then| too| today)?",
    r"(?:(?:yes|okay|ok|sure|great)[,.]? )?(?:is there |do you need |(?:can|may|shall) i help you with "
    rf"|will there be )?(?:any(?:thing|one)|something|what) (?:else|more|other)(?: (?:that )?{_HELP})?"
    r"(?: with)?(?: today| for you)?",
    r"(?:how|what) (?:else )?(?:can|may) i (?:help|assist|do)(?: (?:you|for you|with|today))*",
    r"(?:can|may|shall) i (?:help|assist) you (?:out )?(?:with|in) anything (?:else|more)(?: today)?",
    r"(?:please )?(?:feel free to|do not hesitate to|don['’]t hesitate to|let me know if) (?:ask|reach out"
    r"|contact|get in touch|(?:you|there|i) (?:have|need|is|are|can (?:help|assist)))(?: \w+){0,12}",
    r"(?:however,? )?if you (?:have|need) (?:(?:any|further|more|other|another|additional) )+"
    r"(?:questions?|help|assistance|concerns?|requests?)(?: or (?:questions?|help|assistance|concerns?))?"
    r"(?: about [^.,]{1,60})?,? (?:please |just )?(?:feel free|do not hesitate|don['’]t hesitate"
    r"|let (?:me|us) know|ask|reach out|contact|i(?:['’]d| would| will|['’]ll) be (?:happy|glad))[^.]{0,60}",
    r"i(?:['’]d| would| will|['’]m| am|['’]ll)(?: be)? (?:always )?(?:happy|glad|here) to (?:help|assist)"
    r"[^.]{0,40}",
    r"(?:many )?thanks?(?: you)?(?: so much| very much)?(?: for (?:contacting|choosing|calling|reaching out"
    r"|getting|your (?:patience|understanding|message|inquiry|time|business|feedback|question))"
    r"(?: [\w&'’-]+){0,6})?",
    r"(?:good ?bye|bye(?: bye)?|take care|(?:best|kind|warm)(?: regards| wishes)|regards|sincerely)"
    r"(?:,? [\w' ]{0,40})?",
    r"i hope (?:this|that|it) (?:helps|helped|was helpful|is helpful)(?: you)?",
    r"(?:your|the) \w+ support team|we (?:appreciate|value) your \w+",
)
"""Whole sentences that help nobody: apologies, personas, offers, thanks and farewells."""

REDIRECTS = re.compile(
    r"(?:please|it(?:['’]s| is)(?: always)? (?:best|important) to|you should|kindly"
    r"|i (?:strongly )?(?:recommend|suggest|advise|urge))\b[^.]{0,60}\b"
    r"(?:rephras|reformulat|try again|choose another|different question|(?:consult|seek|speak|talk|contact"
    r"|reach|ask)\w*\b[^.]{0,60}\b(?:professional|expert|doctor|lawyer|attorney|dietitian|advis[oe]r"
    r"|specialist|authorit|therapist|physician|source))",
    re.IGNORECASE,
)
"""How a sentence begins that sends the reader to somebody else."""

COURTESY = re.compile(
    r"\b(?:thanks?|thx|bye|good ?(?:night|bye)|see you|nothing(?: else)?|all set|appreciate|cheers|great"
    r"|that(?:['’]?s| is| will be|['’]ll be)(?: \w+)? (?:all|it|everything|fine|great|good|perfect)"
    r"|i(?:['’]m| am) (?:good|fine|done|all set)|perfect|awesome|wonderful|have a|danke|tschüss|merci"
    r"|au revoir|gracias|adiós|obrigad[oa]|tchau)\b"
    r"|^\W*(?:no|nope|nah|hi|hey|hello|good (?:morning|evening|afternoon)|ok(?:ay)?|hallo|bonjour|salut"
    r"|hola|olá|oi)\b|谢谢|謝謝|再见|拜拜|你好|您好",
    re.IGNORECASE,
)
"""Users' greetings, thanks, farewells and agreement, in several languages."""
