"""The German states by the first two digits of the official key (AGS)."""

# Destatis, Gemeindeverzeichnis: number of the Land; abbreviations as in the gazetteer.
_LANDS = {
    "01": ("SH", "Schleswig-Holstein"), "02": ("HH", "Hamburg"), "03": ("NI", "Niedersachsen"), "04": ("HB", "Bremen"),
    "05": ("NW", "Nordrhein-Westfalen"), "06": ("HE", "Hessen"), "07": ("RP", "Rheinland-Pfalz"),
    "08": ("BW", "Baden-Württemberg"), "09": ("BY", "Bayern"), "10": ("SL", "Saarland"), "11": ("BE", "Berlin"),
    "12": ("BB", "Brandenburg"), "13": ("MV", "Mecklenburg-Vorpommern"), "14": ("SN", "Sachsen"),
    "15": ("ST", "Sachsen-Anhalt"), "16": ("TH", "Thüringen"),
}  # fmt: skip
LANDS = dict(_LANDS.values())


def land_of(ags: str | None) -> str | None:
    """The abbreviation of the Land in which a municipality lies."""
    found = _LANDS.get((ags or "")[:2])
    return found and found[0]
