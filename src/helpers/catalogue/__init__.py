"""What do we measure, what is promised, for whom? The typed view of the files in ``catalogue/``."""

from helpers.catalogue.catalogue import Catalogue, Figure
from helpers.catalogue.loader import check_catalogue, load_catalogue

__all__ = ["Catalogue", "Figure", "check_catalogue", "load_catalogue"]
