"""What people type for a time zone that no table of places has: nicknames, abbreviations, and clocks by their names."""

# By the key that `place_key` gives.
NICKNAMES: dict[str, str] = {
    **dict.fromkeys(("la", "sf", "bay area", "sf bay area", "silicon valley"), "America/Los_Angeles"),
    **dict.fromkeys(("nyc", "dc", "wall street"), "America/New_York"),
    "cdmx": "America/Mexico_City",
    "hcmc": "Asia/Ho_Chi_Minh",
    **dict.fromkeys(("hk", "hkg"), "Asia/Hong_Kong"),
    "kl": "Asia/Kuala_Lumpur",
    "veldhoven": "Europe/Amsterdam",  # where ASML is
    "canary islands": "Atlantic/Canary",
    **dict.fromkeys(("coordinated universal time", "greenwich mean time", "zulu time"), "UTC"),
}

# Each is asked about, though one of its places is many times larger than the other.
TWO_PLACES = frozenset({"cordoba", "portland", "san juan"})

_CENTRAL_EUROPE = ("Europe/Berlin", "Europe/Paris", "Europe/Madrid")
_EASTERN_EUROPE = ("Europe/Athens", "Europe/Helsinki", "Europe/Kyiv")
_WESTERN_EUROPE = ("Europe/Lisbon", "Atlantic/Canary", "Atlantic/Faroe")
_EASTERN = ("America/New_York", "America/Toronto", "America/Panama")
_ATLANTIC = ("America/Halifax", "America/Puerto_Rico")

# Words that name several zones, or none for the whole year, with the zones to offer, the likeliest first.
SEVERAL: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("et", "est", "edt", "eastern"), _EASTERN),
    **dict.fromkeys(("ct", "cdt", "central"), ("America/Chicago", "America/Winnipeg")),
    **dict.fromkeys(("mt", "mst", "mdt", "mountain"), ("America/Denver", "America/Phoenix")),
    **dict.fromkeys(("pt", "pst", "pdt", "pacific"), ("America/Los_Angeles", "America/Vancouver")),
    **dict.fromkeys(("akst", "akdt"), ("America/Anchorage",)),
    **dict.fromkeys(("nst", "ndt"), ("America/St_Johns",)),
    "ast": (*_ATLANTIC, "Asia/Riyadh"),
    "adt": ("America/Halifax",),
    "cst": ("America/Chicago", "Asia/Shanghai", "America/Havana"),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    **dict.fromkeys(("cet", "cest", "met", "mest", "mez", "mesz"), _CENTRAL_EUROPE),
    **dict.fromkeys(("eet", "eest"), _EASTERN_EUROPE),
    "wet": _WESTERN_EUROPE,
    "msk": ("Europe/Moscow",),
    "jst": ("Asia/Tokyo",),
    "kst": ("Asia/Seoul",),
    "sgt": ("Asia/Singapore",),
    "hkt": ("Asia/Hong_Kong",),
    "awst": ("Australia/Perth",),
    **dict.fromkeys(("acst", "acdt"), ("Australia/Adelaide", "Australia/Darwin")),
    **dict.fromkeys(("aest", "aedt"), ("Australia/Sydney", "Australia/Brisbane")),
    **dict.fromkeys(("nzst", "nzdt"), ("Pacific/Auckland",)),
    "gmt": ("Europe/London", "UTC"),
}

# What may stand before "time", "standard time" or "summer time".
CLOCKS: dict[str, tuple[str, ...]] = {
    **{name: SEVERAL[name] for name in ("eastern", "central", "mountain", "pacific", "et", "ct", "mt", "pt")},
    "atlantic": _ATLANTIC,
    "alaska": ("America/Anchorage",),
    "newfoundland": ("America/St_Johns",),
    "british": ("Europe/London",),
    "irish": ("Europe/Dublin",),
    "central european": _CENTRAL_EUROPE,
    "middle european": _CENTRAL_EUROPE,
    "eastern european": _EASTERN_EUROPE,
    "western european": _WESTERN_EUROPE,
    "indian": ("Asia/Kolkata",),
    "japan": ("Asia/Tokyo",),
    "korea": ("Asia/Seoul",),
    "china": ("Asia/Shanghai",),
    "arabian": ("Asia/Riyadh",),
    "australian eastern": SEVERAL["aest"],
    "australian central": SEVERAL["acst"],
    "australian western": SEVERAL["awst"],
    "us eastern": _EASTERN,
    "us central": SEVERAL["ct"],
    "us mountain": SEVERAL["mt"],
    "us pacific": SEVERAL["pt"],
}
