"""A PDF file of lines of text, enough for a link that opens."""

from collections.abc import Sequence

PER_PAGE = 44
WIDTH = 88
FIRST_PAGE = 4


def pdf(lines: Sequence[str]) -> bytes:
    """Lines of text on A4 pages, in Helvetica; what WinAnsi does not know shows as a question mark."""
    rows = [part for line in lines for part in broken(line)]
    pages = [rows[start : start + PER_PAGE] for start in range(0, len(rows), PER_PAGE)] or [[]]
    numbers = range(FIRST_PAGE, FIRST_PAGE + 2 * len(pages), 2)
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in zip(numbers, pages, strict=True):
        text = b"BT /F1 11 Tf 50 790 Td 16 TL " + b" ".join(shown(line) for line in page) + b" ET"
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (number + 1),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        ]
    return assembled(objects)


def assembled(objects: Sequence[bytes]) -> bytes:
    """The file, with the table that says where each object begins."""
    file, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return file + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(file))
    )


def broken(line: str) -> list[str]:
    """A long line in several."""
    return [line[start : start + WIDTH] for start in range(0, len(line), WIDTH)] or [""]


def shown(line: str) -> bytes:
    """The operators that print a line and go to the next."""
    escaped = line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"(" + escaped.replace(b"\n", b" ").replace(b"\r", b" ") + b") Tj T*"
