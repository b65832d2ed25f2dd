"""How people say what is no question of content, intent by intent."""

import re

# What the whole of a message may be.
_WHOLE: dict[str, tuple[str, ...]] = {
    "greeting": (
        r"(?:hi+|hello+|hey+|hiya|yo|howdy|greetings|good (?:morning|afternoon|evening|day)|hallo|"
        r"moin|servus|sup|what'?s up)(?: (?:hi+|hello+|hey+|hiya|yo|howdy|greetings|good (?:morning|"
        r"afternoon|evening|day)|hallo|moin|servus|sup|what'?s up))?(?: bot| friend| team| you| guys)?",
        r"how are you(?: doing)?(?: today)?",
        r"(?:hi+|hello+|hey+|hiya|yo|howdy|greetings|good (?:morning|afternoon|evening|day)|hallo|"
        r"moin|servus|sup|what'?s up) how are you",
    ),
    "thanks": (
        r"(?:ok |okay |great |cool |nice |perfect |many |big )*(?:thanks?(?: you)?|thx|ty|tysm|cheers|"
        r"merci|danke|much appreciated|appreciate it)(?: (?:a lot|so much|very much|a bunch|a million|"
        r"for .{1,40}|bot|man|mate|you|again))*",
        r"good bot",
        r"well done",
        r"great(?: job)?",
        r"awesome",
        r"perfect",
        r"cool",
        r"nice",
    ),
    "bye": (
        r"(?:good ?)?bye(?: bye)?",
        r"see (?:you|ya|u)(?: later| soon| tomorrow)?",
        r"good ?night",
        r"cya",
        r"ciao",
        r"later",
        r"take care",
    ),
    "stop": (
        r"(?:stop|cancel|quit|exit|end|abort|halt|shut up|be quiet|enough|go away|no more)(?: it|"
        r" that| this| the (?:quiz|game)| now| (?:the )?quiz| game)?",
    ),
}
# What a message may hold.
_HELD: dict[str, tuple[str, ...]] = {
    "about": (
        r"^(?:so |and |hey )?(?:who|what) (?:are|r|is) (?:you|u|this|it|this bot|the bot|newsbot)"
        r"(?: exactly)?$",
        r"^(?:are|r) (?:you|u) (?:an? |the |really |just )*(?:ai|a\.i\.|bot|robot|human|person|real|"
        r"chat ?gpt|gpt|llm|language model|machine|program|openai|alive|claude)\b",
        r"^is (?:this|newsbot) (?:an? )?(?:ai|bot|human|llm|chat ?gpt)\b",
        r"\bwho (?:made|built|created|wrote|runs|owns|developed|programmed|trained|is behind|"
        r"maintains) (?:you|this bot|newsbot|this)$",
        r"^do you (?:use|run on) (?:ai|chat ?gpt|an? (?:llm|language model)|gpt|openai)",
        r"^what(?:'s| is) your name",
        r"^what (?:llm|model|ai) (?:are|do) you\b",
        r"\bwhere (?:do|does|are|is) (?:your|the|these|those|all this) "
        r"(?:numbers?|data|info|information|facts|answers?|news|figures?|content|sources?)\b.*\b(?:from|found|taken|sourced)\b",
        r"\bwhere (?:do|did) (?:you|u|this|it|this bot|the bot|newsbot) (?:get|take|find|have)"
        r"\b.*\b(?:info|information|data|news|numbers|answers|sources?|facts|this|that|from)\b",
        r"^(?:what|which) (?:are your )?sources?(?: do you (?:use|have))?$",
        r"^can i trust (?:you|u|this|it|this bot|the bot|newsbot)",
        r"^how (?:reliable|accurate|trustworthy) (?:are|is) (?:you|u|this|it|this bot|the bot|newsbot)"
        r"$",
        r"^do you (?:make (?:things|stuff) up|hallucinate|lie)\b",
        r"^how (?:do|does) (?:you|u|this|it|this bot|the bot|newsbot) know",
        r"^are your (?:answers|numbers) (?:correct|true|reliable|right)",
        r"^who writes (?:this|your answers|the briefs)",
        r"^are you open ?source",
    ),
    "no-advice": (
        r"\b(?:financial|investment|investing|legal) advice\b",
        r"^(?:do|can|will|could) you (?:give|offer|provide)(?: me)? (?:stock |trading |some )"
        r"?(?:advice|tips|recommendations)",
    ),
    "help": (
        r"^(?:help|help me|i need help|/?help|menu|commands?|options|start|usage|manual|instructions|"
        r"how to use|\?+|what now|examples?)$",
        r"^help me (?:out|with this|use (?:this|you))",
        r"^(?:i |we |can i |could i |can you |could you )?(?:need|want|get|have|give me)? ?"
        r"(?:some |a bit of |your )?help(?: me)?$",
        r"^(?:what|which) (?:commands?|topics?|subjects?|functions?|features?|options?) "
        r"(?:are(?: there| available)?$|exist|(?:do|can) (?:you|i|we) (?:have|use|know|support|offer|ask)\b)",
        r"^(?:show|tell|give|explain)(?: me| us)? (?:how (?:to use|this works|it works)|what (?:you|this) can do)",
        r"^(?:how|what) (?:can|could|do|will|would) (?:you|u) (?:help|assist|support)(?: me| us)?(?: with)?$",
        r"^(?:what|which things) (?:are|r) (?:you|u) (?:able|capable|good|programmed|here|made|built)\b",
        r"\bwhat (?:can|could|do|else can) (?:you|u|this bot|it|this) (?:do|know|answer|offer|cover|"
        r"explain|help)\b",
        r"^what (?:can|could|should|do) i (?:ask|do|type|say|try)\b",
        r"^how (?:do|can|does|to|should) (?:i )?(?:use )?(?:you|u|this|it|this bot|the bot|newsbot)"
        r"(?: work)?$",
        r"^how (?:do|can) i (?:use|ask|talk to) ",
        r"^what (?:are|is) (?:the|your) (?:commands?|features|topics)",
        r"^(?:show|list)(?: me)? (?:the |all )?(?:commands?|topics)",
        r"^what (?:topics|subjects)\b.*\b(?:you|cover|have|there)\b",
        r"^how does (?:this|it) work",
        r"^what is this(?: bot| for)?$",
        r"^what do you know$",
    ),
    "stop-quiz": (
        r"\b(?:stop|end|quit|cancel|leave|exit|abort|finish|skip|pause) "
        r"(?:the |this |a |our |my |that )?(?:quiz|game|trivia)\b",
    ),
    "unsubscribe": (
        r"^(?:unsubscribe|unsub|opt out|pause|mute|resume)\b(?! .*\b(?:openai|nvidia|tariff))",
        r"\b(?:stop|cancel|remove|pause|delete|end|turn off|disable|get rid of|no more) (?:the |my |"
        r"this |these |sending (?:me )?(?:the )?|a |our )*(?:daily |weekly )?(?:digests?|newsletters?|"
        r"messages|posts|updates|subscriptions?|emails?|notifications)\b",
        r"^how (?:do|can) i unsubscribe",
    ),
    "subscribe": (
        r"^(?:subscribe|sub|sign (?:me )?up)\b",
        r"\b(?:daily|weekly|morning|evening|weekday|monthly|regular) (?:digest|news(?:letter)?|"
        r"updates?|summary|briefing|report|mail)\b",
        r"\b(?:get|set ?up|want|need|have|start|create|add|receive|schedule|make|like) (?:a |the |an |"
        r"my |me a )*(?:digest|newsletter)\b",
        r"\bsubscribe(?: me)?(?: to)?\b",
        r"\b(?:send|post|give|mail|tell)(?: me| us| it)?\b.*\b(?:every (?:day|morning|week|weekday|"
        r"monday|evening)|daily|weekly|each (?:day|morning|week))\b",
        r"^digest$",
        r"\b(?:get|send|give|show|bring|deliver|post)\b.{0,20}\bdigest\b|\bdigest\b.*\b(?:every|each|daily|weekly)\b",
        r"^(?:notify|alert|remind|ping) (?:me|us)\b",
        r"\bhow (?:do|can) i (?:get|receive) (?:the )?(?:news|updates|digest)\b",
    ),
    "quiz": (
        r"\b(?:start|play|begin|do|take|launch|run|want|have|give me|make|another|new|lets? play|like|"
        r"try|open) (?:a |an |the |another |us a |me a |some |to play a |to play |new |little |quick |"
        r"short )*(?:quiz|trivia|game)\b",
        r"^(?:quiz|trivia|game)(?: me| us| time| please| start)?\b",
        r"^(?:test|quiz|examine) (?:me|us|my)\b",
        r"^ask (?:me|us) (?:a |some )?questions?\b",
        r"\bquestion of the day\b",
        r"^play$",
    ),
    "language": (
        r"\b(?:speak|talk|answer|reply|write|understand|support|switch to|use|in|know|available in)"
        r"(?: me)?(?: in)? (?:german|french|spanish|italian|portuguese|dutch|polish|turkish|russian|"
        r"chinese|japanese|korean|hindi|arabic|english|deutsch|other languages|another language|"
        r"more languages|my language)\b(?! (?:stock|market|share|model|chip|company|compan))",
        r"^(?:german|french|spanish|italian|portuguese|dutch|english|deutsch|language|languages)$",
        r"^(?:what|which) languages?(?: do you\b| can (?:you|i)\b| are\b|$)|\b(?:change|other) (?:the )?languages?\b",
    ),
    "smalltalk": (
        r"\b(?:tell|know|give)(?: me)?(?: us)? (?:a |another |any |some )?(?:jokes?|story|poem|riddle)"
        r"\b",
        r"^i (?:love|hate|like) you",
        r"^(?:sing|dance|write me)\b",
        r"^(?:lol|haha+|ok|okay|k|yes|no|test|testing|ping|wow|hmm+)$",
    ),
    "advice": (
        r"\b(?:should|shall|must|can|could|would) (?:i|we|one|you|people|my \w+)(?: still| now|"
        r" really| even| maybe| also| just| ever)* (?:buy|sell|invest|hold|short|get (?:in|into|out)|"
        r"put (?:my |our |some )?(?:money|savings)|own|dump|keep|pick|purchase|bet|trade|load up|exit|"
        r"go long|go short)\b(?! (?:openai|anthropic|xai)(?: shares?| stocks?)?(?: now| yet| today)?$)",
        r"\b(?:is|are|was|would) .{2,50}\b(?:a |an )?(?:good|great|bad|safe|smart|solid|risky|wise|"
        r"decent|best|better|worthwhile) (?:\w+ )?(?:investments?|buys?|bet|stocks? to|shares? to|"
        r"pick|time to (?:buy|sell|invest)|idea to (?:buy|sell|invest)|entry|to (?:buy|invest)|"
        r"purchase|hold)\b",
        r"\b(?:good|best|right|great|bad) (?:time|moment|day) to (?:buy|sell|invest|get in|short)\b",
        r"\b(?:is|are) .{2,50}\b(?:a )?(?:buy|sell|hold|buy or sell|worth (?:buying|investing|"
        r"it to buy)|(?:over|under)(?:valued|priced)|cheap right now|too expensive to buy)\b(?: now|"
        r" today| or (?:sell|hold).*)?$",
        r"\bprice targets?\b",
        r"\btarget price\b",
        r"\bbuy or (?:sell|hold)\b",
        r"\bworth (?:buying|investing in|a buy)\b",
        r"\btoo late to\b",
        r"\b(?:stock|share|investment|trading|buy) (?:tips?|picks?|recommendations?)\b",
        r"\b(?:which|what|best|any|top) (?:\w+ ){0,4}(?:stocks?|shares?|compan(?:y|ies)|funds?|etfs?)"
        r" (?:\w+ ){0,2}(?:to (?:buy|invest|own|pick|hold|short|watch)|(?:should|do|would|shall|can)"
        r" (?:i|we|you)|will (?:go up|rise|win|double|explode))\b",
        r"\bwhat (?:should|do|would|shall|can) (?:i|we|you) (?:buy|sell|invest|recommend|short|"
        r"suggest)\b",
        r"\bwhere (?:should|do|to|can) (?:i |we )?(?:invest|put my money)\b",
        r"\bhow (?:do|can|should|to) (?:i |we )?(?:invest|make money|get rich|profit|short)\b",
        r"\bdo you (?:recommend|think|suggest|advise|expect|believe)\b",
        r"\bwould you (?:buy|sell|recommend|invest|hold|short)\b",
        r"\brecommend(?:ation)?s?\b.*\b(?:stock|share|buy|invest)",
        r"\bmy (?:portfolio|savings|pension|401k)\b",
        r"\bwill (?:the |an |a )?(?:\S+ ){0,4}?(?:go (?:up|down|higher|lower)|rise|fall|crash|burst|"
        r"pop|recover|drop|climb|rally|double|collapse|tank|moon|explode|soar|keep (?:rising|falling|"
        r"going)|reach \$?\d|hit \$?\d|outperform|beat the market|be worth|bounce)\b",
        r"\bwhen will (?:the |an )?(?:\S+ ){0,4}(?:burst|crash|recover|pop|rise|fall|go up)\b",
        r"\b(?:going|about|likely|expected) to (?:crash|burst|rise|fall|go up|go down|pop|double|"
        r"collapse|recover)\b",
        r"\b(?:predict|forecast|prediction|price prediction|prognosis)s? (?:for|of|the|on|about)\b",
        r"\b(?:stock|price|share|market) (?:prediction|forecast|outlook)s?\b",
        r"\bis (?:it|this|now) (?:a )?(?:safe|smart|wise|good|worth|time)(?: idea| time)? to (?:buy|"
        r"sell|invest|hold|put)\b",
        r"\bwhere (?:will|would|could|do you see) .{2,40}\b(?:be|stand|go|trade|in \d+ (?:years?|months?|weeks?))\b",
        r"\bhow (?:high|low|far|much) (?:will|can|could|might) .{2,40}\b(?:go|get|rise|fall|climb|drop|be worth)\b",
        r"\bwhat (?:will|would|could) .{2,40}\b(?:be worth|cost|trade at|stock be|price be)\b.*\b(?:next|in|by) ",
        r"\bnext (?:big |hot )?stock\b|\bthe next (?:big |hot )?nvidia$",
        r"\bbullish or bearish\b",
        r"\b(?:bull|bear) case\b",
    ),
}
_ORDER = (
    "greeting",
    "thanks",
    "bye",
    "about",
    "no-advice",
    "help",
    "stop-quiz",
    "unsubscribe",
    "stop",
    "subscribe",
    "quiz",
    "language",
    "smalltalk",
    "advice",
)

PATTERNS = {
    name: re.compile(f"^(?:{'|'.join(_WHOLE[name])})$" if name in _WHOLE else "|".join(_HELD[name])) for name in _ORDER
}


def intent_of(words: str) -> str | None:
    """What is wanted; None for a question of content."""
    return next((name for name, pattern in PATTERNS.items() if pattern.search(words)), None)
