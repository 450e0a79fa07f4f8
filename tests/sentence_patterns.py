"""Every kind of sentence that the reports' pages say of the 98 municipalities, as it was read and found to be good Danish.

``#`` is a number, ``<mål>`` one or several goals, ``<nte>`` an ordinal; ``<måling>`` and ``<skulle>`` are the catalogue's own words.
"""

import re
from collections.abc import Iterable

from helpers.catalogue import Catalogue

MONTH = "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"
ORDINAL = "første|anden|tredje|fjerde|femte|sjette|syvende|ottende|niende|tiende|ellevte|tolvte"
GOAL = r"\d+[a-z]\b"
TOKENS = (
    (rf"\b(?:{MONTH}) \d{{4}}|(?:4 kvartaler til og med )?\d\. kvartal \d{{4}}", "<periode>"),
    (rf"(?<=mål ){GOAL}(?:, {GOAL})*(?: og {GOAL})?", "<mål>"),
    (rf"\b(?:{ORDINAL})\b", "<nte>"),
    (r"\d[\d.]*(?:,\d+)?(?<!\.)", "#"),
)


def masked(text: str, tokens: Iterable[tuple[str, str]] = ()) -> list[str]:
    """The sentences of a text, with `tokens`, then periods, goals, ordinals and numbers, instead of what they stand for."""
    text = " ".join(text.replace("\\", "").split())
    for found, token in tokens:
        text = re.sub(found, token, text)
    for found, token in TOKENS:
        text = re.sub(found, token, text, flags=re.IGNORECASE)
    return re.split(r"(?<=\.)(?<![Nn]r\.) (?=[A-ZÆØÅ<#°])", text)


def municipalities(catalogue: Catalogue) -> tuple[str, str]:
    """The token of a municipality's name, short or long."""
    names = {name for area in catalogue.municipalities for name in (area.name, area.long_name)}
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True)), "<kommune>"


def kinds(texts: Iterable[str | None], tokens: Iterable[tuple[str, str]]) -> set[str]:
    """The kinds of sentences of several texts."""
    told = tuple(tokens)
    return {said for text in texts if text for said in masked(text.replace("**", ""), told)}


PATTERNS = frozenset(
    """
# af # kommuner opfylder målet, # gør det ikke, og # kan ikke vurderes.
# af # kommuner opfylder målet, # gør det ikke.
# af # mål er opfyldt, og # kan ikke vurderes.
# af # mål er opfyldt.
# er ikke opfyldt, og # kan ikke vurderes.
# er ikke opfyldt.
# er varige, og # er på vippen.
# er varige.
<kommune> har opfyldt # af # mål.
<måling> i <periode>.
<måling> i de <periode>.
Afstanden til målet er størst i mål <mål>: # procentpoint.
Alle # kommuner opfylder målet.
Alle # mål er opfyldt.
Der er ikke oplyst et resultat af undersøgelsen.
Der er ingen tal for <kommune> for <periode>.
Det er # over landsgennemsnittet på #.
Det er # procentpoint over det forventede niveau på # pct.
Det er # procentpoint over landsgennemsnittet på # pct.
Det er # procentpoint over målet på højst # pct.
Det er # procentpoint over målet på mindst # pct. og # procentpoint over landsgennemsnittet på # pct.
Det er # procentpoint over målet på mindst # pct. og # procentpoint under landsgennemsnittet på # pct.
Det er # procentpoint over målet på mindst # pct. og på niveau med landsgennemsnittet på # pct.
Det er # procentpoint under det forventede niveau på # pct.
Det er # procentpoint under landsgennemsnittet på # pct.
Det er # procentpoint under målet på højst # pct.
Det er # procentpoint under målet på mindst # pct. og # procentpoint under landsgennemsnittet på # pct.
Det er # under landsgennemsnittet på #.
Det er det samme som det forventede niveau på # pct.
Det er på niveau med landsgennemsnittet på # pct.
Det er på niveau med landsgennemsnittet på #.
Det er på niveau med målet på højst # pct.
Det er på niveau med målet på mindst # pct. og # procentpoint under landsgennemsnittet på # pct.
Det svarer til # flere, end målet kræver.
Det svarer til # færre fuldtidspersoner, end målet tillader.
Det svarer til mindre end én person.
Det svarer til én fuldtidsperson færre, end målet tillader.
Det svarer til én mere, end målet kræver.
Det svarer til, at # flere <skulle>.
Det svarer til, at # færre fuldtidspersoner <skulle>.
Det svarer til, at én fuldtidsperson færre <skulle>.
Det svarer til, at én mere <skulle>.
Det var opfyldt i # af de seneste # kvartaler.
Det var opfyldt i # af de seneste # måneder.
For mål <mål> kan afstanden ikke gøres op i personer, fordi det ikke er kendt, hvor mange tallet bygger på.
Hele landet ligger på # pct.
Højere er bedre.
Ingen af de # mål er opfyldt, og # kan ikke vurderes.
Ingen af de # mål er opfyldt.
Ingen af de # mål kan vurderes.
Ingen vurderinger er ændret siden forrige opgørelse.
Kommunen har ikke en undersøgelse af dette.
Kommunerne står i rækkefølge efter forskellen til det forventede.
Kun tal for samme periode kan sammenlignes.
Lavere er bedre.
Mål <mål> er ikke opfyldt.
Mål <mål> er opfyldt.
Mål <mål> følges uden vurdering.
Mål <mål> kan ikke vurderes.
Mål <mål>, besættelsesgrad, er ikke opfyldt.
Mål <mål>, besættelsesgrad, er opfyldt.
Mål <mål>, formidlingsgrad, er ikke opfyldt.
Mål <mål>, formidlingsgrad, er opfyldt.
Målet er for <nte> kvartal i træk ikke opfyldt.
Målet er for <nte> måned i træk ikke opfyldt.
Målet er højst # pct.
Målet er højst det forventede niveau.
Målet er højst på niveau med landsgennemsnittet på # pct.
Målet er ikke opfyldt.
Målet er mindst # pct.
Målet er mindst på niveau med landsgennemsnittet på # pct.
Målet er mindst på niveau med landsgennemsnittet på #.
Målet er opfyldt for <nte> kvartal i træk og var opfyldt i # af de seneste # kvartaler.
Målet er opfyldt for <nte> måned i træk og var opfyldt i # af de seneste # måneder.
Målet er opfyldt.
Målet er sat # procentpoint under landsgennemsnittet på # pct.
Målet er sat ned fra # til # pct. på baggrund af den <nte> undersøgelse.
Målet er sat ned fra # til # pct., fordi STAR har ændret opgørelsen.
Målet er under landsgennemsnittet på # pct.
Målet følges uden vurdering.
Målet ligger inden for de to tal.
Målet var ikke opfyldt i nogen af de seneste # kvartaler.
Målet var ikke opfyldt i nogen af de seneste # måneder.
Målet var opfyldt i # af de seneste # kvartaler.
Målet var opfyldt i # af de seneste # måneder.
Målet var opfyldt i alle de seneste # kvartaler.
Målet var opfyldt i alle de seneste # måneder.
Målt i personer er afstanden størst i mål <mål>, hvor # flere <skulle>.
Målt i personer er afstanden størst i mål <mål>, hvor # færre fuldtidspersoner <skulle>.
Målt i personer er afstanden størst i mål <mål>, hvor én mere <skulle>.
Regnet ud fra antallene er tallet # procentpoint bedre end målet, og målet er derfor opfyldt.
Regnet ud fra antallene er tallet # procentpoint dårligere end målet, og målet er derfor ikke opfyldt.
Seneste tal for <kommune> er fra <periode>, mens landstallet er fra <periode>.
Siden <periode> er tallet faldet fra # pct. til # pct.
Siden <periode> er tallet faldet fra # til #.
Siden <periode> er tallet steget fra # pct. til # pct.
Siden <periode> er tallet steget fra # til #.
Siden <periode> er tallet uændret # pct.
Siden <periode> er tallet uændret #.
Siden forrige opgørelse er mål <mål> blevet opfyldt, mens mål <mål> ikke længere er opfyldt.
Siden forrige opgørelse er mål <mål> blevet opfyldt.
Siden forrige opgørelse er mål <mål> ikke længere opfyldt.
Siden planens begyndelse (<periode>) er ingen mål gået fra ikke opfyldt til opfyldt eller omvendt.
Siden planens begyndelse (<periode>) er mål <mål> blevet opfyldt, mens mål <mål> ikke længere er opfyldt.
Siden planens begyndelse (<periode>) er mål <mål> blevet opfyldt.
Siden planens begyndelse (<periode>) er mål <mål> ikke længere opfyldt.
Tallene er for <periode>.
Tallene er for de <periode>.
Tallet for <kommune> for <periode> er diskretioneret eller ikke opgjort.
Tilfældige udsving alene flytter tallet med mindre end afrundingen.
Tilfældige udsving alene kan flytte tallet mellem # og # pct.
Undersøgelsen er fra <periode> og tæller ikke med i en plan for #.
Vurderingen er ny for mål <mål> og på vippen for mål <mål>.
Vurderingen er ny for mål <mål>.
Vurderingen er ny.
Vurderingen er ny: Målet var ikke opfyldt i de fem kvartaler før.
Vurderingen er ny: Målet var ikke opfyldt i de fem måneder før.
Vurderingen er ny: Målet var opfyldt i de fem kvartaler før.
Vurderingen er ny: Målet var opfyldt i de fem måneder før.
Vurderingen er på vippen for mål <mål>.
Vurderingen er på vippen, fordi forskellen er mindre end afrundingen.
Vurderingen er på vippen.
Vurderingen er varig for # kommuner og på vippen for #.
Vurderingen er varig for # kommuner, ny for # og på vippen for #.
Vurderingen er varig for # kommuner.
Vurderingerne er nye.
Vurderingerne er på vippen.
""".strip().splitlines()
)

OVERVIEW_PATTERNS = frozenset(
    """
# andre jobcentre i <gruppe> har et tal.
# plads højere end ved forrige opgørelse.
# plads lavere end ved forrige opgørelse.
# pladser højere end ved forrige opgørelse.
# pladser lavere end ved forrige opgørelse.
# uden tal.
<gruppe> er valgt, fordi Danmarks Statistiks kommunegruppe har for få andre, og fordi for få andre har lignende rammevilkår.
<jobcenter>: nr. # af # jobcentre i <gruppe>.
<jobcenter>: nr. # af # jobcentre i <gruppe>°.
<periode>: <jobcenter> # pct., <jobcenter> # pct., hele landet # pct., bedste i <gruppe> (<jobcenter>) # pct.
<periode>: <jobcenter> # pct., <jobcenter> # pct., hele landet # pct., gennemsnit af de ti bedste i <gruppe> # pct.
<periode>: <jobcenter> # pct., hele landet # pct., bedste i <gruppe> (<jobcenter>) # pct.
<periode>: <jobcenter> # pct., hele landet # pct., gennemsnit af de ti bedste i <gruppe> # pct.
<periode>: hele landet # pct., gennemsnit af de ti bedste i <gruppe> # pct.
<tredjedel>.
Beregnet af # rammevilkår; medlemmernes afstand er # til #, mens to tilfældige ligger # fra hinanden.
Delt med # andet jobcenter.
Delt med # andre jobcentre.
Den beregnede gruppe er ikke en af STARs klynger, men de # jobcentre, hvis rammevilkår ligner mest: <jobcenter>.
Den beregnede gruppe er valgt, fordi Danmarks Statistiks kommunegruppe har for få andre.
Få personer bag tallene for <jobcenter>.
Få personer bag tallet for <jobcenter>.
Ingen fælles placering.
Ingen placering: tallet er diskretioneret eller ikke opgjort.
Ingen tal for <jobcenter>.
Nr. # af # jobcentre i <gruppe>.
Nr. # af # jobcentre i <gruppe>°.
Nærmeste måling i dag: <måling>
Samme placering som ved forrige opgørelse.
Sammenlignet med alle andre jobcentre i <gruppe>.
Sammenlignet med de andre jobcentre i <gruppe>: <jobcenter>.
Sammenlignet med de andre jobcentre i Danmarks Statistiks <gruppe>: <jobcenter>.
° Andelen er af færre end # personer eller af et skjult antal; pladsen kan skifte med en enkelt person.
""".strip().splitlines()
)
"""What boxes and notes of the Jobcenteroverblik say of the 94 job centres and of whom they are compared with."""

HUB_PATTERNS = frozenset(
    """
# af # kommuner opfylder målet
# af # mål opfyldt
# af # mål opfyldt, # kan ikke vurderes
<kommune>
<kommune>: # af # mål er opfyldt
<kommune>: # af # mål er opfyldt, # kan ikke vurderes
<region> # kommuner
Farven viser, hvor stor en del det er af de mål, der kan vurderes.
Find din kommune, og se, hvilke mål den opfylder, eller se hele landet på kortet, eller sammenlign alle kommuner mål for mål.
Flest mål opfylder <kommune>, <kommune>, <kommune> og <kommune> (#).
For de øvrige kommuner vises, hvordan de ligger, når de holdes op mod de samme mål.
Færrest mål opfylder <kommune>, <kommune>, <kommune>, <kommune> og <kommune> (#).
Her kan du se, hvordan det går med kommunernes mål for beskæftigelsesindsatsen.
Hver flise er en kommune, og tallet er, hvor mange af målene i <plan> den opfylder.
Målene er <kommune>s egne, fra <plan>.
Nyeste tal: <periode>
""".strip().splitlines()
)
"""What the hub says of all municipalities."""

SIDE_PATTERNS = frozenset(
    """
<periode> til <periode>
Besættelsesgrad: <kommune>, <kommune>, <kommune>, <kommune> og <kommune>
Formidlingsgrad: <kommune>, <kommune>, <kommune>, <kommune> og <kommune>
Kilde: eksempeldata (rigtige tal: Jobindsats, tabel <tabel>).
Kilde: eksempeldata.
Målet følges af kommunens egen undersøgelse, så der er ingen andre kommuners tal at vise.
Nyeste tal: <kommune> og <kommune>
""".strip().splitlines()
)
"""What chosen municipalities side by side have above and below their figure."""

BRIEF_PATTERNS = frozenset(
    """
<kommune>
<plan> har # resultatmål i # fokusområder.
<plan>, <kommune>: hele opfølgningen med alle figurer og tal
Forskellen mellem procenter er i procentpoint. + er bedre end målet.
Kilde: Jobindsats.
Opfølgning på <plan>
Opfølgningen viser de nyeste tal, der er, til og med <periode>.
""".strip().splitlines()
)
"""What an agenda item says beside the sentences of the plan's first page."""

PROJECT_PATTERNS = frozenset(
    """
# (# pct.) i <periode>.
# i <periode>.
# pct. i <periode>.
# uger i <periode>.
<kommune> følger # projekter med i alt # minimumsmål.
Af # minimumsmål er # på sporet i <periode>.
Af # minimumsmål er # på sporet og # bag efter planen i <periode>.
Af # minimumsmål er # på sporet, # bag efter planen og # ikke vurderet i <periode>.
Bag efter planen: <rækker>.
Den seneste måling er fra <periode>.
Der er ikke angivet, hvad en fuldtidsperson koster om året (<ydelser>), så der vises kun personer.
Der er ingen målinger efter startmålingen.
Der er ingen målinger efter startmålingerne endnu.
Der er ingen målinger endnu.
Fra # (# pct.) i <periode> til # (# pct.) i <periode>, gået den rigtige vej siden forrige måling.
Fra # (# pct.) i <periode> til # (# pct.) i <periode>, uændret siden forrige måling.
Fra # i <periode> til # (# pct.) i <periode>, gået den forkerte vej siden forrige måling.
Fra # i <periode> til # (# pct.) i <periode>, gået den rigtige vej siden forrige måling.
Fra # i <periode> til # (# pct.) i <periode>, uændret siden forrige måling.
Fra # i <periode> til # i <periode>, faldet siden forrige måling.
Fra # i <periode> til # i <periode>, gået den forkerte vej siden forrige måling.
Fra # i <periode> til # i <periode>, gået den rigtige vej siden forrige måling.
Fra # i <periode> til # i <periode>, steget siden forrige måling.
Fra # i <periode> til # i <periode>, uændret siden forrige måling.
Fra # i <periode> til # i <periode>.
Fra # pct. i <periode> til # pct. i <periode>, faldet siden forrige måling.
Fra # pct. i <periode> til # pct. i <periode>, gået den forkerte vej siden forrige måling.
Fra # pct. i <periode> til # pct. i <periode>, gået den rigtige vej siden forrige måling.
Fra # pct. i <periode> til # pct. i <periode>, steget siden forrige måling.
Fra # pct. i <periode> til # pct. i <periode>, uændret siden forrige måling.
Fra # uger i <periode> til # uger i <periode>, uændret siden forrige måling.
Ingen målinger.
Måltallene regner med <ændringer> om året.
Projektet har # minimumsmål.
Projektet skal fastholde niveauet og sænker ikke måltallet; der er ingen besparelse at regne på.
Status i <periode>: # på sporet og # bag efter planen.
Status i <periode>: # på sporet, # bag efter planen og # ikke vurderet.
Status ved igangsætning primo #.
Statusskemaet har # tal uden minimumsmål.
ingen tal endnu
kun startmåling
""".strip().splitlines()
)
"""What is said of investment projects, from the month they began to the last."""
