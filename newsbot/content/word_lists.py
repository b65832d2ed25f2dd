"""What search knows of English: words without meaning, irregular forms, words that mean the same."""

# Words by which people colour what they say: they change nothing of what is asked.
FILLER_WORDS = frozenset(
    """
    absolutely across actual allegedly almost altogether annual annually anyhow anyways apparently approx
    approximately around awesome awful badly basic blow bro certain certainly chance clearly come comes coming
    completely crazy cuz damned definitely directly dramatically easily easy enormous entire entirely especially
    essentially eventually everyone everything evidently extra extremely fairly famous finally folk folks forever
    frankly fully fun generally genuinely giant giving gosh gotten guy haha hard hardly hella hmm honest honestly
    huge idea important incredibly insane insanely instead interesting kid kinda lad ladies largely lol lot lots
    lowkey mad mainly major man mass massive massively matter mega mere merely mighty moment mostly nearly neither
    never nope notable obvious obviously odd official officially often otherwise overall particular particularly
    perhaps plain plus pretty previously primarily probably proper properly publicly pure purely random rather
    recently regular relatively reportedly roughly sadly seem seems serious seriously silly simply slightly
    sometimes somewhat soon specific specifically still strong suddenly super supposed supposedly sure surely
    terrible tho thought throughout till together tons topic totally truly try trying tune typical typically
    ultimately usual usually vast wat wats went whatever whole whos wild wonder wondering world worldwide wow yeah
    yearly yep yesterday yo
    """.split()  # noqa: SIM905 (hundreds of quoted words would be harder to read)
)

# Words that carry no meaning in a question.
STOP_WORDS = FILLER_WORDS | frozenset(
    """
    a about accurate actually after again against ago ai all already also always am amount an and answer any anybody
    anyone anything are as at basically bc be because been before being between brief briefly bro btw bucks but by
    came can cant cause caused chart claim claims compare compared comparison correct cos could coz cus cuz d damn
    deal describe detail details did didnt differ difference differences different do does doesnt doing dollar
    dollars done dont down dude during each ever every exactly explain fact facts fake false far figure for from
    further gave get give given go goes going gone gonna good got gotta graph guess guys had happen happened
    happening happens has have having he heck hell hello her hey him his history hm how however hows i idk if im imo
    in info information into is isn isnt it its ive just kind kinda know lemme let lie like literally ll long m make
    many may maybe me mean means might misleading money more most much must my myth name need needs no not now
    number numbers of off ok okay omg on once one only or other our out over overview percent percentage please pls
    plz put question quick quickly quite r re real really reason reasons right rly rn s said say saying says see
    sentence shall she short should show since situation so some somebody someone something sort sorta stand story
    stuff sum summarise summarize summary t take taken takes tbh tell than thanks that thats the their them then
    there these they thing things think this those though through timeline to too took total true truth u under
    until up upon ur us ve versus very via vs w wanna want was wasn wasnt way we well were what whats when whens
    where wheres whether which while who whom whos whose why whys will with within without won wont would wrong wtf
    wth ya yall yes yet you your
    """.split()  # noqa: SIM905 (hundreds of quoted words would be harder to read)
)

# Those of them that say nothing whatever stands beside them.
FUNCTION_WORDS = FILLER_WORDS | frozenset(
    """
    a about actually ai all also am an and any are as at basically bc be been being bro btw but by can cant cos
    could coz cus cuz damn did didnt do does doesnt doing dollar dollars dont dude ever exactly for from gonna gotta
    had has have having he heck hell her him his how hows i idk if im imo in into is isn isnt it its ive just kind
    kinda lemme literally many may maybe me might much must my no not of ok okay omg on one or our out over own
    please pls plz quite r really rly rn s shall she should so some somebody someone something sorta such tbh than
    that thats the their them then there these they this those though through to too u ur us ve very via w wanna was
    wasnt we well were what whats when whens where wheres whether which while who whom whos whose why whys will with
    within wont would wtf wth ya yall yet you your
    """.split()  # noqa: SIM905 (hundreds of quoted words would be harder to read)
)

# Everyday words that a content need not hold: they are no slips of words that it holds.
EVERYDAY_WORDS = frozenset(
    """
    actress agree along amazing area army baby bake ball band bath battery battle bean bear beard beef beer bell
    belt bird black boat bone boss bread broken brother bush butter cake calculator calm camp care cell ceos
    chance channel chapter charm chef chicken child city clean clothes coal coat cold college concert cool dead
    deaf dear decade deck deer desk dish doll dose drama dream driver drone earn fake farm feather feed feel feet
    fever field file film fine fire fired fires firing flag food foot fork frog fuel game games gate gender goat
    golf grass guest hall hate headset heart heat hero hire home horse hungry hunt joke journey jury king knee
    lady lake layoff layoffs lazy leaf leather life listen live lock logo lottery love lunch lung married match
    mate meal meat mine monkey mouth movie movies naked nest nice noon nose officer opinion oven pain paint pair
    palace pants park pasta patent patient peace perfect phone plane plate play poet police powder prepare prince
    princess prize professor protein quiet radio rain reactor remote rice ride role rope rude ruin sail salaries
    salt sand seat seed shame shape shark sheep shirt shoe shoes shoulder shout shower sing sleep slow smart smell
    smoke snake snow soap sock soda sofa song spoon sport stage star steak steel stone storm stove strange strike
    strikes surgery tablet tail tall taxi teacher tear teeth theatre thin thirsty throat ticket tired tree
    vacation waiter warm wash weather wedding weed west whale wide wild wind wing wire wish witch wood worm
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
    "fall drop plunge crash sink slump tumble decline slide selloff rout tank plummet dip nosedive lower collapse"
    " crater dive sag shrink",
    "lose wipe shed erase evaporate vanish",
    "rise gain jump surge soar climb rally spike higher shot increase skyrocket",
    "cost price bill pricing",
    "cheap inexpensive",
    "spend capex budget spending expenditure",
    "worth value valuation capitalisation",
    "ban block forbid prohibit bar restrict limit bann outlaw",
    "privacy data personal",
    "safe secure",
    "recover rebound bounce regain",
    "gpu chip hardware processor",
    "hack leak breach expose database hacker",
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

# Words that a person may use in one another's place when asking for the same thing: a phrasing is found by them, a
# sentence is not held by them.
ASKED_ALIKE = (
    "hike rise raise increase lift expensive",
    "explode jump soar surge rise shoot",
    "pop jump rise debut",
    "link tie connection relation relationship control",
    "difference compare gap versus",
    "trick fool jailbreak hijack manipulate misuse",
    "pay free charge cost",
    "phone device system computer",
    "worst record deepest largest steepest low",
    "best record highest",
    "bet invest stake money",
    "burn use",
    "leader lead share first top dominate",
    "discount cut cheap",
    "investment invest stake",
    "keep store save hold collect log",
    "server computer datacentre",
    "country state government",
    "ban block bar restrict allow limit available",
    "build make create develop",
    "new latest newest",
    "release ship publish launch come",
    "name call",
    "cause drive trigger reason",
    "effect impact influence reaction affect",
    "worry concern fear risk",
    "number figure sum amount",
    "compare stack versus match",
    "story news event",
    "chief head ceo boss",
    "amount size number",
    "seller maker supplier producer",
    "buyer customer client",
    "warn caution alert",
    "agree sign strike reach",
    "deny reject dispute",
    "claim allege accuse say",
    "test exam check score",
    "measure count estimate",
    "trade list sell",
    "first debut open",
    "shock crash crisis panic",
    "spend budget invest",
    "nonprofit foundation form",
    "yield gain profit",
    "scam fraud cheat",
    "popular download use",
    "dear expensive pricey costly",
    "lift raise increase",
    "abroad foreign overseas",
    "speed fast quick",
    "capable able",
    "harm hurt damage",
    "win beat lead",
    "expose open leak",
    "chat conversation prompt",
    "rise grow up pop",
    "share marketshare",
    "reach hit pass cross touch top surpass exceed",
    "beat win outperform ahead better overtake surpass top",
    "legal lawful allow permit",
    "math mathematics aime",
    "code coding programming programmer codeforces aider coder",
    "base locate headquarter hangzhou",
    "panic fear worry scare afraid anxiety nervous doubt",
    "fire dismiss sack oust kick",
    "control restrict limit curb rule restriction",
    "begin first",
    "refuse reject discourage decline avoid",
    "join replace enter",
    "sue lawsuit suit court",
    "delay postpone wait later",
    "cancel withdraw scrap drop rescind revoke repeal",
    "borrow debt loan",
    "investor backer",
    "recent new newest",
    "startup venture",
    "shortage scarce scarcity short",
    "pilot project",
    "evidence proof prove",
    "influence control",
    "employee staff",
    "salary pay wage",
    "machine server hardware equipment computer",
    "keystroke keyboard type typing",
    "chat prompt conversation message",
    "propaganda narrative party bias",
    "danger dangerous risk unsafe risky safe safety secure privacy",
    "spy espionage surveillance",
    "window length",
    "size large",
    "partner partnership alliance",
    "announce unveil present reveal introduce",
    "answer respond response reply react",
    "democratise democratize accessible",
    "customs border",
    "metal gallium germanium antimony",
    "rent lease",
    "stack layer",
    "accounting books accounts",
    "guarantee vouch backstop backing",
    "obey follow comply",
    "owe pay",
    "campus site datacentre building",
    "see read watch access",
    "lead top first best",
    "chart graph table",
    "poor bad worst worse",
    "earning profit revenue income",
    "user people customer",
    "author writer publisher",
    "smart good strong capable",
    "steal copy theft cheat",
    "kill hurt damage harm",
    "boom surge mania hype",
    "bet short wager option put",
    "law act regulation rule",
)

# What a word of a question finds, though not the other way round.
FINDS = {"behind": "control", "cheap": "price", "start": "found", "create": "found", "begin": "found", "run": "lead"}
