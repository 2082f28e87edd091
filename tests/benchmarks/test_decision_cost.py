from benchmarks.decision_cost import Cost, draw, measure


def test_every_size_has_its_cost() -> None:
    costs = measure(1, sizes=(2, 40), repeats=1)
    assert [cost.agents for cost in costs] == [2, 40]
    assert all(0.0 < cost.median_us <= cost.highest_us for cost in costs)


def test_the_same_costs_draw_the_same_bytes() -> None:
    costs = [Cost(2, 40.0, 50.0), Cost(20, 60.0, 80.0), Cost(500, 300.0, 400.0), Cost(1000, 500.0, 700.0)]
    assert draw(costs).startswith("<svg")
    assert draw(costs) == draw(costs)
