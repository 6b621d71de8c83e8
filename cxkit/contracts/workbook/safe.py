"""Is this file a plain workbook of a size that can be read? Looked at before anything opens it.

A workbook is a zip of XML, so it can be a bomb, hold entities that read other files, or carry
macros. Nothing here builds a tree; every part is streamed once and only its bytes are looked at.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib

MAX_FILE = 50_000_000  # bytes of the file
MAX_PARTS = 1_000
MAX_UNPACKED = 256_000_000  # bytes of all parts together
MAX_RATIO = 400  # of a part over RATIO_FROM; sheets of one repeated value reach some 150
RATIO_FROM = 5_000_000
CHUNK = 1 << 20

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
ENCODING = re.compile(rb"\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)[\"']")
WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<", b"\x00\x00\xfe\xff", b"\x4c\x6f\xa7")
PLAIN_ENCODINGS = (b"utf-8", b"us-ascii", b"ascii")
MACROS = re.compile(r"vbaproject\.bin$|/macrosheets/|/activex/", re.IGNORECASE)

# What a zip raises whose bytes or compression are no good, on opening it or a part of it.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip


class WorkbookError(Exception):
    """A workbook that is not read: the kind of finding, what is wrong, what to do."""

    def __init__(self, kind: str, message: str, way_out: str) -> None:
        super().__init__(message)
        self.kind, self.message, self.way_out = kind, message, way_out


def check_workbook(data: bytes) -> None:
    """WorkbookError unless `data` is an unencrypted .xlsx without macros, within the limits."""
    if data[:8] == OLE:
        raise _old_or_encrypted(data)
    if len(data) > MAX_FILE:
        raise too_large(f"the file has {len(data):,} bytes; at most {MAX_FILE:,} are read")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive)
    except (*DAMAGED, OSError) as error:
        raise unreadable(str(error) or type(error).__name__) from None


def too_large(message: str) -> WorkbookError:
    """The workbook is beyond what is read."""
    way_out = "delete what is not data, or send the tables as CSV or Parquet"
    return WorkbookError("workbook_too_large", message, way_out)


def unreadable(reason: str) -> WorkbookError:
    """The file is damaged, or something else under a workbook's name."""
    return WorkbookError(
        "unreadable_file",
        f"this is no Excel workbook: {reason}",
        'open it in Excel or LibreOffice and save it as "Excel workbook (.xlsx)"',
    )


def _old_or_encrypted(data: bytes) -> WorkbookError:
    encrypted = "EncryptedPackage".encode("utf-16-le") in data
    if encrypted:
        return WorkbookError(
            "encrypted_workbook",
            "the workbook is protected by a password",
            "save it without the password to open it (sheet protection may stay)",
        )
    return unreadable("it has the old format of .xls")


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS:
        raise too_large(f"the file holds {len(parts):,} parts; at most {MAX_PARTS:,} are read")
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookError(
            "encrypted_workbook", "the file is encrypted", "save it without a password"
        )
    _check_sizes(parts)
    if any(MACROS.search(name) for name in names):
        raise WorkbookError(
            "macro_workbook",
            "the workbook holds macros",
            'save it as "Excel workbook (.xlsx)", which leaves them out',
        )
    _check_names(names)
    for part in parts:
        _check_content(archive, part)


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED:
        raise too_large(
            f"unpacked the file has {unpacked:,} bytes; at most {MAX_UNPACKED:,} are read"
        )
    for part in parts:
        if part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * part.compress_size:
            ratio = part.file_size / max(part.compress_size, 1)
            raise too_large(
                f"a part of the file unpacks to {ratio:,.0f} times its size; "
                f"no sheet of data does, at most {MAX_RATIO} is read"
            )


def _check_names(names: list[str]) -> None:
    if len(set(names)) != len(names):
        raise _unsafe("the file holds two parts of one name")
    if any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names):
        raise _unsafe("a part's name points out of the file")
    if "[Content_Types].xml" not in names:
        what = "it is a LibreOffice file" if "mimetype" in names else "parts of one are missing"
        raise unreadable(what)
    if "xl/workbook.bin" in names:
        raise unreadable("it has the binary format of .xlsb")


def _check_content(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Stream a part: no entity declarations, no encoding that could hide them, no macro type.

    Any part may be named as a sheet, so all are looked at, pictures' markup apart.
    """
    tail = None
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            if tail is None:
                _check_encoding(chunk)
            seen = (tail or b"") + chunk
            if DOCTYPE.search(seen) and not part.filename.lower().endswith(".svg"):
                raise _unsafe("a part of the file declares a document type or entities")
            if part.filename == "[Content_Types].xml" and b"macroEnabled" in seen:
                raise WorkbookError(
                    "macro_workbook",
                    "the workbook is of the kind that holds macros",
                    'save it as "Excel workbook (.xlsx)"',
                )
            tail = chunk[-16:]


def _check_encoding(start: bytes) -> None:
    """XML in UTF-8 only: in another encoding a declaration of entities would not be seen."""
    if start.startswith(WIDE):
        raise _unsafe("a part of the file is not written in UTF-8")
    declared = ENCODING.match(start.removeprefix(b"\xef\xbb\xbf")[:300])
    if declared and declared.group(1).lower() not in PLAIN_ENCODINGS:
        raise _unsafe("a part of the file is not written in UTF-8")


def _unsafe(message: str) -> WorkbookError:
    way_out = "open it in Excel, copy the sheets into a new workbook and send that"
    return WorkbookError("unsafe_workbook", message, way_out)
