"""Which passages may be shown on a date, as masks over a snapshot."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from kb.store.library import Library, View
from kb.versions.status import lane


def windows_in_force(library: Library, view: View, as_of: date | None = None) -> npt.NDArray[np.bool_]:
    """(M,) which vectors belong to editions in the default lane on a date (default today)."""
    shown = lane(view.ledger, as_of or date.today())
    extractions = {view.ledger.editions[edition_id].extraction_id for edition_id in shown}
    snapshot = view.snapshot
    of_extraction = np.asarray([identity in extractions for identity in snapshot.extraction_ids], dtype=np.bool_)
    if not len(of_extraction):
        return np.zeros(0, dtype=np.bool_)
    return of_extraction[snapshot.extraction[snapshot.vector_row]]
