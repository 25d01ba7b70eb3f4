"""Any LlamaIndex BaseEmbedding as an encoder: a sentence-transformers folder or an OpenAI-compatible address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kb.errors import OutsideServiceError, UsageError
from kb.models.encoder import BATCH, Vectors, encode_in_batches
from kb.settings import Settings, silence


class FolderEncoder:
    """A sentence-transformers model in a local folder."""

    def __init__(self, folder: str) -> None:
        silence()
        if not Path(folder).is_dir():
            raise UsageError(
                f"There is no model folder {folder!r}.", hint="Set GKB_ENCODER=hf:FOLDER to a local folder."
            )
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._embedding = HuggingFaceEmbedding(model_name=folder, device="cpu", normalize=True)
        self._model = self._embedding._model  # the SentenceTransformer: its tokenizer and window are not public
        self._fast = self._model.tokenizer
        self.name = f"hf:{Path(folder).resolve().name}:{_weights_hash(Path(folder))}"
        self.dimension = int(self._model.get_sentence_embedding_dimension())
        self.window = int(self._model.max_seq_length) - 2

    def count_tokens(self, text: str) -> int:
        """Model tokens of `text`, special tokens not counted."""
        return len(self._fast(text, add_special_tokens=False, truncation=False)["input_ids"])

    def token_ends(self, text: str) -> list[int]:
        """Character offset at which each model token of `text` ends."""
        encoded = self._fast(text, add_special_tokens=False, truncation=False, return_offsets_mapping=True)
        return [end for _, end in encoded["offset_mapping"]]

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors of texts in their order."""
        return encode_in_batches(self._embedding, texts, self.dimension, progress)

    def encode_query(self, text: str) -> Vectors:
        """Vector of a question."""
        return np.asarray(self._embedding.get_query_embedding(text), dtype=np.float32)

    def unknown_share(self, text: str) -> float:
        """Share of tokens that are the model's unknown token."""
        ids = self._fast(text, add_special_tokens=False, truncation=False)["input_ids"]
        return ids.count(self._fast.unk_token_id) / len(ids) if ids else 1.0


class AddressEncoder:
    """A model behind an OpenAI-compatible `/v1/embeddings` address that the user configured."""

    window = 480  # tokens are estimated from characters; well inside the 512 of the smallest served models

    def __init__(self, model: str, settings: Settings) -> None:
        silence()
        if not settings.openai_base_url:
            raise UsageError("No address for the embedding model.", hint="Set GKB_OPENAI_BASE_URL.")
        from llama_index.embeddings.openai_like import OpenAILikeEmbedding

        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
        self._embedding = OpenAILikeEmbedding(
            model_name=model, api_base=settings.openai_base_url, api_key=key, embed_batch_size=BATCH
        )
        self.name = f"openai:{model}"
        self.dimension = int(self.encode_query("dimension").shape[0])

    def count_tokens(self, text: str) -> int:
        """Upper estimate: one token a Chinese character, one for each two other characters."""
        return len(self.token_ends(text))

    def token_ends(self, text: str) -> list[int]:
        """Estimated token ends, on the safe side."""
        ends, weight = [], 0.0
        for offset, char in enumerate(text, start=1):
            weight += 1.0 if char > "\u2e80" else 0.5
            if weight >= 1.0:
                ends.append(offset)
                weight -= 1.0
        return ends if not weight else [*ends, len(text)]

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors of texts in their order; raises OutsideServiceError when the server fails."""
        try:
            return encode_in_batches(self._embedding, texts, self.dimension, progress)
        except Exception as error:
            raise _service_error(error) from error

    def encode_query(self, text: str) -> Vectors:
        """Vector of a question; raises OutsideServiceError when the server fails."""
        try:
            vector = np.asarray(self._embedding.get_query_embedding(text), dtype=np.float32)
        except Exception as error:
            raise _service_error(error) from error
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)

    def unknown_share(self, text: str) -> float:
        """Not known for a served model; taken as multilingual."""
        return 0.0


def _service_error(error: Exception) -> OutsideServiceError:
    return OutsideServiceError(
        f"The embedding server did not answer ({type(error).__name__}).",
        hint="Check GKB_OPENAI_BASE_URL and the server.",
    )


def _weights_hash(folder: Path) -> str:
    import hashlib

    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")) or sorted(folder.rglob("*.bin")):
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:12]
