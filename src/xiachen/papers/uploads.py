"""
The door for files: they are counted as they come in, and what is too large is dropped on the way.

A file stays in memory and never touches the disk in clear. Of one that is too large nothing is
kept but its size, so that the page can say so, in words, once it has come in whole.
"""

import os
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from xiachen.papers.cage import TooLarge

LARGEST = 20 * 1024 * 1024


class InMemory(FileUploadHandler):
    """Keep one file in memory that a child process can be given as its input."""

    chunk_size = 256 * 1024

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with an empty file."""
        super().new_file(*args, **kwargs)
        self._file = in_memory()
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what comes in as long as the file is not too large, then nothing of it."""
        self._size += len(raw_data)
        if self._size <= LARGEST:
            self._file.write(raw_data)
        else:
            self._file.truncate(0)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        """Return the file, or an empty one that tells how large it was."""
        self._file.seek(0)
        return UploadedFile(
            self._file,
            name=self.file_name,
            content_type=self.content_type,
            size=self._size,
            charset=self.charset,
        )


def in_memory(content: bytes = b"") -> IO[bytes]:
    """Return a file in memory that has a descriptor."""
    file = os.fdopen(os.memfd_create("upload", os.MFD_CLOEXEC), "rb+")
    file.write(content)
    file.flush()
    file.seek(0)
    return file


def received(file: "UploadedFile[Any]") -> IO[bytes]:
    """
    Return a file that has come in, from its beginning.

    :raises TooLarge: it was dropped on the way
    """
    if (file.size or 0) > LARGEST:
        raise TooLarge(file=file.name)
    file.seek(0)
    assert file.file is not None
    return file.file
