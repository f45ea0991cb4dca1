"""Names of references and their citations: one to one, with one blank behind each name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixverse_cli.domain.citations import citation_problems, name_problems


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("@cat runs", ["cat"]),
        ("@cat runs after @dog", ["cat", "dog"]),
        ("@cat , and @dog .", ["dog", "cat"]),
        ("让@猫 追@狗 跑", ["猫", "狗"]),
        ("@cat runs, @cat jumps", ["cat"]),
        ("@cat2 and @cat run", ["cat", "cat2"]),
        ("a cat runs", []),
        ("", []),
        ("write to me@example.com @ home, @", []),
    ],
)
def test_a_prompt_that_cites_every_name_is_right(prompt, names):
    assert list(citation_problems(prompt, names)) == []


@pytest.mark.parametrize(
    ("prompt", "names", "parts"),
    [
        ("@cat, run", ["cat"], ['"@cat,"', 'write "@cat ,"']),
        ("@cat. @dog runs", ["cat", "dog"], ['write "@cat ."']),
        ("让@猫在跑", ["猫"], ['"@猫在跑"', 'write "@猫 在跑"']),
        ("@cat\nruns", ["cat"], ['write "@cat "']),
        ("@cat在海里游泳看到一只狗", ["cat"], ['write "@cat 在海里游泳看到一"']),
        ("@cat runs", ["cat", "dog"], ["'dog'", 'write "@dog "', "without a name"]),
        ("@hen runs", [], ['cites "@hen"', "name the reference hen"]),
        ("@cat sees @hen", ["cat"], ['"@hen"', "write @cat, or name the reference hen"]),
        ("@cat chases @catnip", ["cat"], ['cites "@catnip"']),
        ("@hen, run", [], ['cites "@hen",', "name the reference hen"]),
    ],
)
def test_a_wrong_citation_is_told_with_the_corrected_text(prompt, names, parts):
    [text] = citation_problems(prompt, names)
    assert all(part in text for part in parts)


def test_every_wrong_citation_is_told_once():
    texts = list(citation_problems("@cat, @cat, @hen", ["cat", "dog"]))
    assert [text.split()[0] for text in texts] == ['"@cat,"', "cites", "does"]


@pytest.mark.parametrize(
    ("names", "part"),
    [
        (["cat", "dog", "cat"], "2 references are named 'cat'"),
        (["n" * 31], "has 31 characters: use at most 30"),
        ([""], "cannot be cited"),
        (["a b"], "cannot be cited"),
        (["a@b"], "cannot be cited"),
        (["a\u202eb"], "cannot be cited"),
    ],
)
def test_a_name_that_cannot_be_cited_is_told(names, part):
    [text] = name_problems(names)
    assert part in text


def test_ordinary_names_are_right():
    assert list(name_problems(["cat", "猫", "n" * 30, "a-1_b"])) == []


words = st.text(st.sampled_from("ab猫,@ \n"), max_size=12)


@given(words, st.lists(st.sampled_from(["a", "ab", "猫", "b猫"]), unique=True))
def test_a_correct_prompt_stays_correct_when_another_sentence_follows(text, names):
    prompt = "".join(f"@{name} " for name in names)
    assert list(citation_problems(prompt, names)) == []
    list(citation_problems(prompt + text, names))  # any text is judged without an error
