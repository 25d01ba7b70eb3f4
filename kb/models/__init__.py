"""Models, embedding ones and the language model: dicts of loaders, imports inside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kb.errors import UsageError
from kb.models.encoder import Encoder
from kb.settings import Settings

if TYPE_CHECKING:
    from kb.models.llm import LanguageModel


def _load_minilm(_: str, settings: Settings) -> Encoder:
    from kb.models.minilm import MiniLM

    return MiniLM(settings.precision)


def _load_folder(folder: str, _: Settings) -> Encoder:
    from kb.models.other import FolderEncoder

    return FolderEncoder(folder)


def _load_address(model: str, settings: Settings) -> Encoder:
    from kb.models.other import AddressEncoder

    return AddressEncoder(model, settings)


LOADERS: dict[str, Callable[[str, Settings], Encoder]] = {
    "minilm": _load_minilm,
    "hf": _load_folder,
    "openai": _load_address,
}


def load_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name; raises UsageError for an unknown one."""
    family, _, rest = settings.encoder.partition(":")
    if family not in LOADERS:
        known = ", ".join(LOADERS)
        raise UsageError(f"Unknown encoder {settings.encoder!r}.", hint=f"GKB_ENCODER is one of: {known}.")
    return LOADERS[family](rest, settings)


def _load_llm_address(settings: Settings) -> LanguageModel:
    from kb.models.llm import LanguageModel

    return LanguageModel(settings)


LLM_LOADERS: dict[str, Callable[[Settings], LanguageModel]] = {"openai": _load_llm_address}


def load_llm(settings: Settings) -> LanguageModel | None:
    """The language model that the settings name; None when no address is set. Raises UsageError without a name."""
    return LLM_LOADERS["openai"](settings) if settings.llm_base_url else None
