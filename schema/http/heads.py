"""What the head of a request may be.

The parser bounds nothing, and lets pass what HTTP/1.1 forbids (RFC 9112).
"""

MAX_BYTES = 16 * 1024
VERSIONS = ("1.0", "1.1")

Headers = list[tuple[bytes, bytes]]  # names in lower case


def size(method: bytes, target: bytes, headers: Headers) -> int:
    """Return the bytes of a head as it is usually written; more white space around values is ignored, as by HTTP."""
    lines = [len(method) + len(target) + len("  HTTP/1.1"), *(len(name) + len(value) + 2 for name, value in headers), 0]
    return sum(lines) + 2 * len(lines)


def fault(version: str, method: bytes, target: bytes, headers: Headers) -> int | None:
    """Return the status with which a head is to be refused, whatever its size; None for a good one."""
    if version not in VERSIONS or method == b"CONNECT" or b"#" in target:
        return 400
    names = [name for name, _ in headers]
    hosts = names.count(b"host")
    if hosts > 1 or (not hosts and version != "1.0"):
        return 400
    if b"transfer-encoding" not in names:
        return None
    # Two servers in a row that disagree on the length can be made to read one request as two (RFC 9112, 6.1).
    # HTTP/1.0 has no transfer-encoding.
    if b"content-length" in names or version == "1.0":
        return 400
    codings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    return None if codings == [b"chunked"] else 501
