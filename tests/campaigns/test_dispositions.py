from campaigns.dispositions import DEFAULT_DISPOSITIONS, Disposition, Meaning, meaning_of


def test_the_default_set_has_every_meaning_under_its_own_name() -> None:
    assert {one.meaning for one in DEFAULT_DISPOSITIONS} == set(Meaning)
    assert {one.name for one in DEFAULT_DISPOSITIONS} == {*Meaning} - {"human"} | {"talked"}
    assert all(one.label for one in DEFAULT_DISPOSITIONS)


def test_a_word_means_what_the_campaign_says() -> None:
    own = (Disposition(name="ja", meaning=Meaning.SALE),)
    assert meaning_of(own, "ja") is Meaning.SALE
    assert meaning_of(own, "sale") is None
