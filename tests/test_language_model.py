"""The wire to a language model: thinking is not shown, what breaks is named, nothing takes longer than it may."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.models import load_llm
from kb.models.llm import ModelFailed, Prompt
from kb.models.llm_text import RESTART, without_thinking
from kb.settings import load_settings
from tests import scripted_llm as scripts
from tests.scripted_llm import Call, Scripted, saying, scripted_llm

TIMEOUT = 1.5
ASKED = Prompt("rules", "question")


def _model(script: Scripted, **more: Any) -> Any:
    return load_llm(load_settings(llm_base_url=script.address, llm_model="m", llm_timeout=TIMEOUT, **more))


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    """The first import of the client costs seconds on a busy machine."""
    import llama_index.llms.openai_like  # noqa: F401


def test_without_an_address_there_is_no_model() -> None:
    assert load_llm(load_settings()) is None


def test_what_the_model_says_arrives_in_order_and_thinking_does_not() -> None:
    with scripted_llm("<think>Hm, 500 mg?\nNo.</think>Give 75 mg [1]. 每日一次 [1]。") as script:
        said = "".join(_model(script).write(ASKED))
    assert said == "Give 75 mg [1]. 每日一次 [1]。"
    body = script.calls[0]
    assert body["temperature"] == 0
    assert body["stream"] is True
    assert [each["content"] for each in body["messages"]] == ["rules", "question"]


def test_reasoning_sent_in_a_field_of_its_own_is_not_shown() -> None:
    def behave(call: Call) -> None:
        call.open()
        call.event(reasoning_content="perhaps 500 mg")
        call.event("75 mg [1].")
        call.event(end="stop")

    with scripted_llm(behave) as script:
        assert "".join(_model(script).write(ASKED)) == "75 mg [1]."


@given(st.text("<>/think ab", max_size=40), st.text("xy <", max_size=20), st.integers(1, 9))
def test_thinking_is_taken_out_wherever_chunks_are_cut(thought: str, said: str, size: int) -> None:
    thought = thought.replace("</think>", "")
    whole = f"before <think>{thought}</think>{said}"
    chunks = [whole[start : start + size] for start in range(0, len(whole), size)]
    assert "".join(without_thinking(chunks)) == f"before {said}"


def test_a_closing_tag_alone_says_that_all_before_it_was_thinking() -> None:
    assert list(without_thinking(["maybe 5 ", "mg</thi", "nk>10 mg"])) == ["maybe 5 ", "mg", RESTART, "10 mg"]


BROKEN = {
    "refused_key": scripts.refuse_with(401),
    "not_found": scripts.refuse_with(404),
    "busy": scripts.refuse_with(429),
    "server_error": scripts.refuse_with(500),
    "time_out": scripts.say_nothing,
    "cut": scripts.cut_short,
    "not_a_model": scripts.send_page,
}


@pytest.mark.parametrize("reason", BROKEN)
def test_each_failure_has_its_name_and_comes_in_time(reason: str) -> None:
    with scripted_llm(BROKEN[reason]) as script:
        begun = time.monotonic()
        with pytest.raises(ModelFailed) as failed:
            list(_model(script).write(ASKED))
        assert time.monotonic() - begun < TIMEOUT + 1
    assert failed.value.reason == reason
    assert len(script.calls) == 1, "nothing is tried twice"


@pytest.mark.parametrize(
    "behave",
    [scripts.never_end, scripts.drip, scripts.flood, scripts.send_bad_bytes, scripts.send_no_json,
     scripts.send_error_event],
)  # fmt: skip
def test_whatever_a_server_sends_the_call_ends_in_time(behave: scripts.Behaviour) -> None:
    with scripted_llm(behave) as script:
        begun = time.monotonic()
        with pytest.raises(ModelFailed):
            list(_model(script).write(ASKED))
        assert time.monotonic() - begun < TIMEOUT + 1


def test_a_server_that_is_not_there_is_named() -> None:
    with scripted_llm() as script:
        gone = script
    with pytest.raises(ModelFailed) as failed:
        list(_model(gone).write(ASKED))
    assert failed.value.reason == "refused"


def test_a_redirect_is_not_followed_and_a_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_llm("not for you") as other:
        monkeypatch.setenv("HTTP_PROXY", other.address)
        monkeypatch.setenv("ALL_PROXY", other.address)
        with scripted_llm(lambda call: call.open(code=307, location=other.address + "/chat/completions")) as script:
            with pytest.raises(ModelFailed):
                list(_model(script).write(ASKED))
            assert len(script.calls) == 1
        assert not other.paths


def test_stopping_ends_the_call_at_once_also_before_the_first_word() -> None:
    gone = threading.Event()

    def behave(call: Call) -> None:
        call.handler.connection.settimeout(10)
        if call.handler.rfile.read(1) == b"":  # the client closed its side
            gone.set()

    with scripted_llm(behave) as script:
        begun = time.monotonic()
        stopped = _model(script).write(ASKED, is_stopped=lambda: bool(script.calls))
        assert "".join(stopped) == ""
        assert time.monotonic() - begun < 1.2
        assert gone.wait(2), "the server is told, so that it need not go on"


def test_the_key_is_sent_to_the_server_and_shown_nowhere() -> None:
    from kb.settings import describe_settings

    seen = []

    def behave(call: Call) -> None:
        seen.append(call.handler.headers["authorization"])
        call.say("x [1].")

    with scripted_llm(behave) as script:
        settings = load_settings(llm_base_url=script.address, llm_model="m", llm_api_key="sesame")
        model = load_llm(settings)
        assert model is not None
        list(model.write(ASKED))
    assert seen == ["Bearer sesame"]
    assert "sesame" not in str(describe_settings(settings))


def test_slow_chunks_reach_the_reader_one_by_one() -> None:
    with scripted_llm(saying("one two three four", size=5, pause=0.2)) as script:
        begun = time.monotonic()
        at = [time.monotonic() - begun for piece in _model(script).write(ASKED) if piece]
    assert len(at) >= 3
    assert at[-1] - at[0] > 0.3
