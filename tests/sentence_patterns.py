"""Every kind of sentence that the plans' pages say of the 98 municipalities, as it was read and found to be good Danish.

``#`` is a number, ``<mål>`` one or several goals, ``<nte>`` an ordinal; ``<måling>`` and ``<skulle>`` are the catalogue's own words.
"""

PATTERNS = frozenset(
    """
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
Ingen af de # mål er opfyldt, og # kan ikke vurderes.
Ingen af de # mål er opfyldt.
Ingen af de # mål kan vurderes.
Ingen vurderinger er ændret siden forrige opgørelse.
Kommunen har ikke en undersøgelse af dette.
Kun tal for samme periode kan sammenlignes.
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
Målet er ikke opfyldt.
Målet er opfyldt for <nte> kvartal i træk og var opfyldt i # af de seneste # kvartaler.
Målet er opfyldt for <nte> måned i træk og var opfyldt i # af de seneste # måneder.
Målet er opfyldt.
Målet er sat # procentpoint under landsgennemsnittet på # pct.
Målet er sat ned fra # til # pct. på baggrund af den <nte> undersøgelse.
Målet er sat ned fra # til # pct., fordi STAR har ændret opgørelsen.
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
Vurderingerne er nye.
Vurderingerne er på vippen.
""".strip().splitlines()
)
