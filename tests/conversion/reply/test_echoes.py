"""What backends send twice."""

from conversion.reply.echoes import Echoes
from tests.conversion.reply.replies import chunk, streamed

TEXT = "A sentence that is long enough to be recognised when it comes again. And more, and more, and more."


def test_it_sends_on_what_is_new():
    assert [Echoes().fresh(text) for text in ("a", "ab", "-" * 50)] == ["a", "ab", "-" * 50]


def test_it_recognises_chunks_that_repeat_everything_once_three_came_in_a_row():
    echoes = Echoes()
    sent = [echoes.fresh(TEXT[:length]) for length in (45, 55, 65, 75, 85)]
    assert sent == [TEXT[:45], "", "", TEXT[45:75], TEXT[75:85]]


def test_it_gives_back_what_only_looked_like_repetition():
    echoes = Echoes()
    lines = ["-" * 45, "-" * 50, "\n"]
    assert "".join([echoes.fresh(line) for line in lines]) == "".join(lines)


def test_it_gives_back_what_it_holds_at_the_end():
    echoes = Echoes()
    assert [echoes.fresh("-" * 45), echoes.fresh("-" * 50), echoes.held()] == ["-" * 45, "", "-" * 50]


def test_it_takes_only_what_is_new_from_a_backend_that_is_known_to_repeat():
    echoes = Echoes(cumulative=True)
    assert [echoes.fresh(text) for text in ("a", "ab", "ab", "abc")] == ["a", "b", "", "c"]


def test_it_ignores_the_whole_text_in_the_last_chunk():
    reply = streamed(chunk(TEXT[:30]), chunk(TEXT[30:]), chunk(TEXT, finish="stop"))
    assert reply.text == TEXT


def test_it_keeps_a_short_repetition_in_the_last_chunk():
    assert streamed(chunk("no"), chunk("no", finish="stop")).text == "nono"


def test_it_shortens_a_stream_of_a_repeating_backend():
    chunks = [chunk(TEXT[:length]) for length in range(1, len(TEXT) + 1)]
    assert streamed(*chunks, chunk(finish="stop"), profile={"cumulative": True}).text == TEXT
