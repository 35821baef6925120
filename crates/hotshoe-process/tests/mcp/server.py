"""An MCP server made with the official Python package.

    server.py               takes `initialize`, as nearly all servers do
    server.py per-request   refuses it, as servers may that know the version of 2026-07-28 only
"""

import json
import os
import sys

import anyio
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel

server = MCPServer("real", version="0.5.0")


class Sum(BaseModel):
    """What `add` gives."""

    sum: int


@server.tool()
def add(a: int, b: int) -> Sum:
    """Adds two numbers."""
    return Sum(sum=a + b)


@server.tool(structured_output=False)
def echo(text: str) -> str:
    """Gives the text back."""
    return text


@server.tool()
def fail(why: str) -> str:
    """Fails."""
    raise ToolError(why)


@server.tool()
async def count(to: int, ctx: Context) -> int:
    """Counts, and says how far it is."""
    for done in range(to):
        await ctx.report_progress(done + 1, to, f"at {done + 1}")
    return to


@server.tool()
async def sleep() -> str:
    """Never ends by itself; says on stderr when it is cancelled."""
    print("sleeping", file=sys.stderr, flush=True)
    try:
        await anyio.sleep_forever()
    finally:
        print("woken", file=sys.stderr, flush=True)
    return ""


@server.tool()
def die() -> str:
    """Ends the process."""
    os._exit(3)


@server.resource("test://greeting")
def greeting() -> str:
    """A resource."""
    return "hello"


def refuse_initialize() -> None:
    """Answers the first request before the package sees it."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(0, 1)
    request = json.loads(line)
    assert request["method"] == "initialize", request
    error = {"code": -32602, "message": "Versions: 2026-07-28"}
    print(json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": error}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["per-request"]:
        refuse_initialize()
    server.run()
