"""What is raised inside a statement and is no error of the store stays what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from monitor.engine import StoreError, open_engine


@pytest.mark.parametrize(("raised", "seen"), [(KeyboardInterrupt, KeyboardInterrupt), (ValueError, StoreError)])
def test_a_ctrl_c_inside_a_statement_is_no_store_error(
    tmp_path: Path, raised: type[BaseException], seen: type[BaseException]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/a.db", writable=True)

    def interrupt(*_: Any) -> None:
        raise raised

    with engine.connect() as connection:
        event.listen(engine, "before_cursor_execute", interrupt)
        with pytest.raises(seen):
            connection.exec_driver_sql("SELECT 1")
    engine.dispose()
