"""A disk of one's own: a file with a file system on it, mounted where a product keeps everything.

It is filled to its last byte, and it turns read-only under those who write as the disk of a machine does when
its controller fails (ext4's ``abort``): from that moment on nothing more reaches it, not even what was
written before and never synced. Mounting needs root and a loop device.
"""

import os
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_MIB = 1 << 20
_MENDED = (0, 1)  # e2fsck(8): nothing was wrong, or what was wrong was put right

_SECONDS_TO_LET_GO = 20


class NotHere(Exception):
    """No file system can be made or mounted on this machine, or by this user."""


class SmallDisk:
    """One disk, mounted at a place for as long as it is needed.

    ``size`` is in MiB: the product does not start where there are fewer than 200 MB left.
    """

    def __init__(self, folder: Path, place: Path, size: int = 320) -> None:
        self._image, self._place = folder / "disk.img", place
        self._ballast = place / "ballast"
        folder.mkdir(parents=True, exist_ok=True)
        place.mkdir(mode=0o700, parents=True)
        with self._image.open("wb") as image:
            image.truncate(size * _MIB)
        # Nothing is set aside for root, who runs this.
        _run("mkfs.ext4", "-q", "-F", "-m", "0", str(self._image))

    def __enter__(self) -> Self:
        self._mount()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._unmount()

    def fill(self, room: int = 0) -> None:
        """Leave so many bytes, and none by default."""
        with self._ballast.open("wb", buffering=0) as ballast:
            taken, size = 0, self.free
            while size:
                try:
                    os.posix_fallocate(ballast.fileno(), taken, size)
                except OSError:
                    size //= 2
                else:
                    taken += size
            if room:
                ballast.truncate(max(0, taken - room))
            # What was given up is free once this is on the disk.
            os.fsync(ballast.fileno())

    def make_room(self) -> None:
        """Take away what it was filled with."""
        self._ballast.unlink(missing_ok=True)
        folder = os.open(self._place, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @property
    def free(self) -> int:
        """How many bytes there are left."""
        told = os.statvfs(self._place)
        return told.f_bavail * told.f_frsize

    def break_down(self) -> None:
        """Nothing is written to it any more, whoever has files open there."""
        _run("mount", "-o", "remount,abort", str(self._place))

    def mend(self) -> None:
        """As whoever looks after a machine does: off, checked, and on again. Nobody may use it meanwhile."""
        self._unmount()
        _run("e2fsck", "-p", "-f", str(self._image), fine=_MENDED)
        self._mount()

    def _unmount(self) -> None:
        # Whoever was killed lets go a moment later.
        limit = time.monotonic() + _SECONDS_TO_LET_GO
        while True:
            try:
                _run("umount", str(self._place))
            except NotHere:
                if time.monotonic() > limit:
                    raise
                time.sleep(0.05)
            else:
                return

    def _mount(self) -> None:
        _run("mount", "-o", "loop", str(self._image), str(self._place))
        self._place.chmod(0o700)


def _run(*program: str, fine: tuple[int, ...] = (0,)) -> None:
    try:
        ended = subprocess.run(program, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise NotHere(f"there is no {program[0]} here") from None
    if ended.returncode not in fine:
        raise NotHere(f"{' '.join(program)}: {ended.stderr.strip() or ended.returncode}")
