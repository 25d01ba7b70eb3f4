"""Settings: `GKB_…` variables and `gkb.toml`; the only reader of the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from kb.errors import UsageError

# Set before any import of the libraries that would otherwise call home.
SILENCE = {
    "ANONYMIZED_TELEMETRY": "False",
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OPENBLAS_NUM_THREADS": "1",  # one question: two threads are no faster, and ten times slower on a busy machine
}


def silence() -> None:
    """Switch off telemetry and model-hub look-ups of every library used."""
    os.environ.update(SILENCE)


class Settings(BaseSettings):
    """Everything that can be configured, with its default."""

    model_config = SettingsConfigDict(env_prefix="GKB_", toml_file="gkb.toml", extra="forbid")

    home: Path = Field(Path("data/store"), description="folder of the library")
    database_url: SecretStr | None = Field(None, description="registry on PostgreSQL; empty: SQLite inside the folder")
    encoder: str = Field("minilm", description='embedding model: "minilm", "hf:FOLDER" or "openai:MODEL"')
    precision: str = Field(
        "auto", pattern="^(auto|float32)$", description="numbers in which passages are encoded: auto is eight bits"
    )
    openai_base_url: str = Field("", description="address of an OpenAI-compatible embedding server, for openai:MODEL")
    openai_api_key: SecretStr | None = Field(None, description="key for that server")
    llm_base_url: str = Field(
        "", description="address of an OpenAI-compatible language model; empty: answers are quotes"
    )
    llm_model: str = Field("", description="name of the model at that address")
    llm_api_key: SecretStr | None = Field(None, description="key for that address")
    llm_timeout: float = Field(30, ge=0.5, le=600, description="longest wait for a written answer, seconds")
    llm_context: int = Field(8_192, ge=1_024, description="tokens that the language model reads and writes at most")
    llm_max_tokens: int = Field(1_500, ge=64, description="tokens that it may write, thinking included")
    jurisdiction: str = Field("", description="home jurisdiction (US, CN, …): orders answers, never hides any")
    language: str = Field("", description="language of messages: en or zh; empty: of the question or the browser")
    dense: str = Field("auto", pattern="^(auto|exact|chroma)$", description="dense search: auto, exact or chroma")
    workers: int = Field(2, ge=1, le=64, description="PDFs read at the same time")
    max_bytes: int = Field(200_000_000, ge=1_000, description="largest PDF taken in, bytes")
    max_pages: int = Field(3_000, ge=1, description="most pages read from one PDF")
    parse_seconds: int = Field(55, ge=5, description="longest time for reading one PDF")
    parse_memory: int = Field(1 << 30, ge=1 << 28, description="most memory for reading one PDF, bytes")
    review_years_amber: float = Field(3, description="age at which an edition is marked for review")
    review_years_red: float = Field(5, description="age at which an edition is marked as overdue for review")
    history: bool = Field(False, description="keep the questions asked; off, because they may hold patient data")
    by: str = Field("", description="name recorded for changes; empty: the login name")
    role: str = Field(
        "admin",
        pattern="^(reader|quality|librarian|admin)$",
        description="what whoever uses this machine's terminal may do: reader, quality, librarian or admin",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises UsageError naming the setting that is wrong."""
    silence()
    try:
        return Settings(**{key: value for key, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"Setting {name!r} is wrong: {first['msg']}.", hint=f"Correct GKB_{name.upper()} or gkb.toml."
        ) from error


def describe_settings(settings: Settings) -> list[dict[str, str]]:
    """Each setting with its value (secrets masked), where it came from and what it means."""
    toml = TomlConfigSettingsSource(Settings)()
    rows = []
    for name, info in Settings.model_fields.items():
        value = getattr(settings, name)
        source = "default"
        if name in toml:
            source = "gkb.toml"
        if f"GKB_{name.upper()}" in os.environ:
            source = f"GKB_{name.upper()}"
        elif name in settings.model_fields_set and name not in toml:
            source = "command line"
        shown = "********" if isinstance(value, SecretStr) else "" if value is None else str(value)
        rows.append({"name": name, "value": shown, "source": source, "description": info.description or ""})
    return rows
