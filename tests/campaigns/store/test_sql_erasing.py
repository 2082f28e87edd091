from campaigns.store import sql_erasing
from campaigns.store.opening import open_store


def test_a_number_is_looked_for_by_index(tmp_path: object) -> None:
    store = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3", upgrade=True)
    with store.database.reading() as connection:
        assert sql_erasing._with_numbers(connection, ["+12025550101"]) == set()
        plans = [
            str(row)
            for table in ("leads", "lead_numbers", "attempts")
            for row in connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN SELECT lead_id FROM {table} WHERE number = '+12025550101'"
            )
        ]
        assert all("SEARCH" in plan for plan in plans)
    store.close()
