"""Values: what is right and what is wrong."""

from random import Random

from ai_data_platform.core.samples.topics import Among, Given, Span


def test_a_span_reaches_both_ends_and_its_wrong_value_is_another_one() -> None:
    chance = Random(3).random
    drawn = [Span(10, 20, "{} cm", step=5).draw(chance) for _ in range(200)]
    assert {right for right, _ in drawn} == {"10 cm", "15 cm", "20 cm"}
    assert {wrong for _, wrong in drawn} == {"10 cm", "15 cm", "20 cm"}
    assert all(right != wrong for right, wrong in drawn)


def test_a_scaled_span_writes_decimals() -> None:
    assert Span(25, 26, "{} Nm", scale=10).draw(lambda: 0.0) == ("2.5 Nm", "2.6 Nm")


def test_a_choice_is_never_wrong_with_the_right_option() -> None:
    chance = Random(3).random
    drawn = [Among(("a", "b", "c")).draw(chance) for _ in range(100)]
    assert all(right != wrong for right, wrong in drawn)
    assert {right for right, _ in drawn} == {"a", "b", "c"}


def test_a_given_choice_stands() -> None:
    assert Given("a", ("b", "c")).draw(lambda: 0.9) == ("a", "c")
