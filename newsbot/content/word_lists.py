"""What search knows of English: words without meaning, irregular forms, words that mean the same."""

# Words that carry no meaning in a question.
STOP_WORDS = frozenset(
    """
    percentage percent
    a about accurate actually after again against ago ai all already also always am amount an and answer any
    anybody anyone anything are as at basically be because been before being between brief briefly bucks but by
    can claim claims compare compared comparison correct could d deal describe detail details did do does doing
    dollar dollars done down during each ever every exactly explain fact facts fake false far figure for from
    further gave get give given go goes going gone good got guess guys had happen happened happening happens has
    have having he hello her hey him his hm how however i if in info information into is isn it its just kind
    know let lie like ll long m make many may maybe me mean means might misleading money more most much must my
    myth name need needs no not now number numbers of off ok okay on once one only or other our out over
    overview  please put question quick quickly quite re real really right s said say saying says see
    sentence shall she short should show situation so some somebody someone something sort stand story stuff sum
    summarise summarize summary t take taken takes tell than thanks that thats the their them then there these
    they thing things think this those though through to too took total true truth under until up upon us ve
    versus very via vs want was wasn way we well were what whats when where whether which while who whom whose
    why will with within without won would wrong yes yet you your
    """.split()  # noqa: SIM905 (hundreds of quoted words would be harder to read)
)

# A word and its forms that rules of spelling do not give.
IRREGULAR = {
    form: word
    for word, forms in {
        "accuse": "accusation accusations accuses",
        "analysis": "analyses",
        "become": "became",
        "begin": "began begun",
        "big": "biggest bigger large larger largest",
        "build": "built",
        "buy": "bought",
        "censor": "censorship censors",
        "cheap": "cheaper cheapest",
        "come": "came",
        "company": "companies",
        "country": "countries",
        "datacentre": "datacenter datacenters",
        "expensive": "dearer dear",
        "fall": "fell fallen",
        "found": "founder founded",
        "go": "went",
        "grow": "grew grown growth",
        "high": "highest",
        "hold": "held",
        "invest": "investment invested investments",
        "ipo": "ipos",
        "lead": "led",
        "licence": "licenses license licensed licences",
        "lose": "lost losing losses loses loss",
        "make": "made",
        "mean": "meant",
        "own": "owner ownership",
        "pay": "paid",
        "profit": "profitable",
        "recover": "recovery",
        "rise": "rose risen",
        "run": "ran",
        "safe": "safety safer",
        "sell": "sold",
        "sink": "sank sunk",
        "spend": "spent",
        "steal": "stole stolen theft",
        "take": "took taken",
        "think": "thought",
        "use": "used using uses",
        "user": "users",
        "gpu": "gpus",
        "tpu": "tpus",
        "win": "won",
        "write": "wrote written",
        "gas": "gas",
        "kimi": "kimi",
        "need": "need",
        "red": "red",
        "series": "series",
        "valuation": "valuation",
    }.items()
    for form in forms.split()
}

# Names that people write in several ways, as one.
SAME_NAME = {
    other: name
    for name, others in {
        "alphabet": "goog googl",
        "amazon": "amzn",
        "apple": "aapl",
        "australia": "australian",
        "backlog": "rpo",
        "bitcoin": "btc",
        "broadcom": "avgo",
        "caisi": "nist",
        "cerebras": "cbrs",
        "china": "chinese beijing",
        "communist": "ccp",
        "coreweave": "crwv",
        "hynix": "skhynix",
        "italy": "italian",
        "korea": "korean koreans seoul",
        "licence": "license",
        "marvell": "mrvl",
        "meta": "facebook",
        "microsoft": "msft",
        "nvidia": "nvda",
        "oracle": "orcl",
        "palantir": "pltr",
        "spacex": "spcx",
        "supermicro": "smci",
        "taiwan": "taiwanese",
        "tesla": "tsla",
        "usa": "american americans america washington",
        "zuckerberg": "zuck",
    }.items()
    for other in others.split()
}

# Words that mean the same: one of a question finds what any of its group finds, a little less surely.
ALIKE = (
    "fall drop plunge crash sink slump tumble decline slide selloff rout tank plummet dip nosedive lower collapse",
    "lose wipe",
    "rise gain jump surge soar climb rally spike higher shot",
    "cost price bill pricing",
    "cheap inexpensive",
    "spend capex budget spending expenditure",
    "worth value valuation capitalisation",
    "ban block forbid prohibit bar restrict limit bann outlaw",
    "privacy data personal",
    "safe secure",
    "recover rebound bounce regain",
    "gpu chip hardware processor",
    "hack leak breach expose database",
    "release launch publish unveil debut ship preview announce show",
    "share stock equity",
    "found establish",
    "own belong control",
    "ceo boss",
    "licence permit",
    "benchmark score test exam performance",
    "train training",
    "ipo list public float debut trade prospectus s1",
    "file s1 draft",
    "burn use",
    "revenue sale income earn",
    "profit earn",
    "agreement contract",
    "accuse allege blame",
    "copy distil distill distillation steal clone",
    "censor suppress bias narrative alter",
    "record big",
    "communist party",
    "government state",
    "link tie control",
    "country nation",
    "memory ram dram",
    "electricity power energy",
    "halt pause stop",
    "react reaction market",
    "order backlog",
    "buy purchase acquire",
    "invest stake fund",
    "open-source open-weight licence",
    "smuggle illegal",
    "worker employee",
    "download install",
    "maker make produce manufacture build",
    "parameter size big",
    "hour time",
    "datacentre hyperscaler",
    "duty tariff",
    "lag behind trail",
    "ahead lead",
    "firm company",
    "head chief",
    "expensive dear",
)

# Words that only touch: they help to find, hardly to answer.
LOOSELY_ALIKE = (
    "cheap price cost",
    "expensive price cost",
    "fall lose",
    "cost rent spend",
    "worth price",
    "train run",
    "ceo lead run head",
    "boss lead run",
    "own stake share",
    "found own lead",
    "behind control",
    "safe privacy security",
    "ban halt licence",
    "invest spend",
    "chip datacentre",
    "profit lose",
    "earn profit",
    "order contract",
    "contract agreement",
    "deal contract agreement",
    "recover record",
    "react fall",
)

# What a word of a question finds, though not the other way round.
FINDS = {"behind": "control", "cheap": "price", "start": "found", "create": "found", "begin": "found", "run": "lead"}
