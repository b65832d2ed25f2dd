"""What GeoNames does not tell of countries and regions: their usual names, and the zones to offer first."""

# The regions of countries with several zones and many namesakes: GeoNames' code, the code people type, the name.
REGIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "AU": (
        *(("01", "ACT", "Australian Capital Territory"), ("02", "NSW", "New South Wales")),
        *(("03", "NT", "Northern Territory"), ("04", "QLD", "Queensland"), ("05", "SA", "South Australia")),
        *(("06", "TAS", "Tasmania"), ("07", "VIC", "Victoria"), ("08", "WA", "Western Australia")),
    ),
    "BR": (
        *(("01", "AC", "Acre"), ("02", "AL", "Alagoas"), ("03", "AP", "Amapá"), ("04", "AM", "Amazonas")),
        *(
            ("05", "BA", "Bahia"),
            ("06", "CE", "Ceará"),
            ("07", "DF", "Distrito Federal"),
            ("08", "ES", "Espírito Santo"),
        ),
        *(("11", "MS", "Mato Grosso do Sul"), ("13", "MA", "Maranhão"), ("14", "MT", "Mato Grosso")),
        *(("15", "MG", "Minas Gerais"), ("16", "PA", "Pará"), ("17", "PB", "Paraíba"), ("18", "PR", "Paraná")),
        *(("20", "PI", "Piauí"), ("21", "RJ", "Rio de Janeiro"), ("22", "RN", "Rio Grande do Norte")),
        *(("23", "RS", "Rio Grande do Sul"), ("24", "RO", "Rondônia"), ("25", "RR", "Roraima")),
        *(("26", "SC", "Santa Catarina"), ("27", "SP", "São Paulo"), ("28", "SE", "Sergipe"), ("29", "GO", "Goiás")),
        *(("30", "PE", "Pernambuco"), ("31", "TO", "Tocantins")),
    ),
    "CA": (
        *(("01", "AB", "Alberta"), ("02", "BC", "British Columbia"), ("03", "MB", "Manitoba")),
        *(("04", "NB", "New Brunswick"), ("05", "NL", "Newfoundland and Labrador"), ("07", "NS", "Nova Scotia")),
        *(("08", "ON", "Ontario"), ("09", "PE", "Prince Edward Island"), ("10", "QC", "Quebec")),
        *(("11", "SK", "Saskatchewan"), ("12", "YT", "Yukon"), ("13", "NT", "Northwest Territories")),
        ("14", "NU", "Nunavut"),
    ),
    "GB": (
        *(("ENG", "ENG", "England"), ("NIR", "NIR", "Northern Ireland"), ("SCT", "SCT", "Scotland")),
        ("WLS", "WLS", "Wales"),
    ),
    "MX": (
        *(("01", "AGU", "Aguascalientes"), ("02", "BCN", "Baja California"), ("03", "BCS", "Baja California Sur")),
        *(("04", "CAM", "Campeche"), ("05", "CHP", "Chiapas"), ("06", "CHH", "Chihuahua"), ("07", "COA", "Coahuila")),
        *(("08", "COL", "Colima"), ("09", "CMX", "Ciudad de México"), ("10", "DUR", "Durango")),
        *(("11", "GUA", "Guanajuato"), ("12", "GRO", "Guerrero"), ("13", "HID", "Hidalgo"), ("14", "JAL", "Jalisco")),
        *(("15", "MEX", "Estado de México"), ("16", "MIC", "Michoacán"), ("17", "MOR", "Morelos")),
        *(("18", "NAY", "Nayarit"), ("19", "NLE", "Nuevo León"), ("20", "OAX", "Oaxaca"), ("21", "PUE", "Puebla")),
        *(("22", "QUE", "Querétaro"), ("23", "ROO", "Quintana Roo"), ("24", "SLP", "San Luis Potosí")),
        *(("25", "SIN", "Sinaloa"), ("26", "SON", "Sonora"), ("27", "TAB", "Tabasco"), ("28", "TAM", "Tamaulipas")),
        *(("29", "TLA", "Tlaxcala"), ("30", "VER", "Veracruz"), ("31", "YUC", "Yucatán"), ("32", "ZAC", "Zacatecas")),
    ),
}

# Names that read better in a sentence than GeoNames' own.
NAMES = {"CD": "DR Congo", "CG": "Congo", "NL": "Netherlands", "PS": "Palestine", "TR": "Turkey"}

# Towns of one country to which GeoNames gives a zone of another that has the same clock.
AT_HOME = {("VN", "Asia/Bangkok"): "Asia/Ho_Chi_Minh"}

# Countries that live by one clock, though tzdata lists a second zone for a few people or for the years before.
ONE_CLOCK = {
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}

# Where the zones of the largest towns are not the ones that most people mean.
OFFERED_FIRST = {
    "AU": ("Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Perth", "Australia/Darwin"),
    "BR": ("America/Sao_Paulo", "America/Manaus", "America/Fortaleza", "America/Recife"),
    "CA": ("America/Toronto", "America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Halifax"),
    "MX": ("America/Mexico_City", "America/Monterrey", "America/Tijuana", "America/Cancun"),
    "RU": ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Vladivostok"),
    "US": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
}

# What people call a country or region besides the name that is shown.
ALSO: dict[str, tuple[str, ...]] = {
    "AE": ("UAE", "Emirates", "The Emirates"),
    "AT": ("Österreich", "Oesterreich"),
    "AU-ACT": ("ACT Australia",),
    "AU-NSW": ("NSW",),
    "AU-QLD": ("QLD",),
    "BA": ("Bosnia",),
    "BE": ("België", "Belgique", "Belgien"),
    "BN": ("Brunei Darussalam",),
    "BR": ("Brasil",),
    "BS": ("The Bahamas",),
    "CA-QC": ("Québec",),
    "CD": ("Congo", "DRC", "Democratic Republic of the Congo", "Zaire"),
    "CG": ("Congo-Brazzaville", "Republic of Congo", "Republic of the Congo"),
    "CH": ("Schweiz", "Suisse", "Svizzera"),
    "CI": ("Côte d'Ivoire",),
    "CV": ("Cape Verde",),
    "CZ": ("Czech Republic", "Česko"),
    "DE": ("Deutschland",),
    "DK": ("Danmark",),
    "ES": ("España",),
    "FI": ("Suomi",),
    "GB": ("UK", "Britain", "Great Britain", "U.K."),
    "GM": ("The Gambia",),
    "GR": ("Hellas",),
    "HR": ("Hrvatska",),
    "HU": ("Magyarország",),
    "IE": ("Éire", "Republic of Ireland"),
    "IT": ("Italia",),
    "JP": ("Nippon", "Nihon"),
    "KP": ("DPRK",),
    "KR": ("Korea", "Republic of Korea", "ROK"),
    "LU": ("Lëtzebuerg",),
    "MK": ("Macedonia",),
    "MM": ("Burma",),
    "NL": ("Holland", "Nederland", "The Netherlands"),
    "NO": ("Norge",),
    "NZ": ("Aotearoa",),
    "PL": ("Polska",),
    "PS": ("Palestinian Territory",),
    "RO": ("România",),
    "RU": ("Russian Federation",),
    "SA": ("KSA",),
    "SE": ("Sverige",),
    "SZ": ("Swaziland",),
    "TL": ("East Timor",),
    "TR": ("Türkiye", "Turkiye"),
    "US": ("US", "USA", "U.S.", "U.S.A.", "America", "United States of America", "The States"),
    "US-WA": ("Washington State",),
    "VA": ("Vatican City",),
    "WS": ("Western Samoa", "Independent Samoa"),
}
