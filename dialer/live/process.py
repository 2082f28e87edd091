"""Work in a process of its own, so that it slows no call down: imports, scores of leads."""

import asyncio
import os
import sys

URL_VARIABLE = "DIALER_DATABASE_URL"
"""The database's URL comes in the environment: command lines can be read by everyone on the machine."""


async def run_process(module: str, arguments: tuple[str, ...], database_url: str) -> int:
    """Run a module of ours with these arguments; returns its exit status.

    The process is killed when the caller is cancelled, so it must be able to begin anew.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        env={**os.environ, URL_VARIABLE: database_url},
        stdin=asyncio.subprocess.DEVNULL,
    )
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
