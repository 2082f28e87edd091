from simulation.models.streams import BLOCK, BLOCKS_KEPT, Blocks, Stream, generator


def test_a_stream_depends_on_seed_stream_and_key_alone() -> None:
    first = generator(1, Stream.TALK, 0, 3).random()

    assert generator(1, Stream.TALK, 0, 3).random() == first
    assert len({first, *(generator(*key).random() for key in ((2, Stream.TALK, 0, 3), (1, Stream.ACW, 0, 3)))}) == 3
    assert generator(1, Stream.TALK, 0, 4).random() != first


def test_rows_do_not_depend_on_the_order_of_asking_nor_on_forgetting() -> None:
    def draw(block: int, attempt: int) -> list[float]:
        return generator(7, Stream.ANSWER, attempt, block).random(BLOCK).tolist()

    ahead, scattered = Blocks(draw), Blocks(draw)
    expected = [ahead.row(index) for index in range(0, 10 * BLOCK, 100)]
    for block in range(BLOCKS_KEPT + 20):
        scattered.row(block * BLOCK, 2)

    assert [scattered.row(index) for index in reversed(range(0, 10 * BLOCK, 100))] == expected[::-1]
    assert len(scattered._kept) <= BLOCKS_KEPT
