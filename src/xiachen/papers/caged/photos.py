"""
The child that opens a photo and draws it anew: what it writes holds the picture and nothing else.

EXIF with place and time, comments and whatever is hidden behind the picture's end are gone; the
way up that EXIF told is kept. The answer is the new JPEG itself, or a line why it is refused.
"""

import io
import sys
import warnings

from PIL import (
    Image,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from xiachen.papers.caged.limits import Stop, give_up, say

MEMORY = 768 * 1024 * 1024
PROCESSOR_SECONDS = 20
PHOTO_BYTES = 15 * 1024 * 1024
# A phone of today takes 50 to 200 million points; they are read at an eighth of their size.
POINTS = 250_000_000
POINTS_DRAWN = 60_000_000
LONGEST_SIDE = 1600
QUALITY = 85

# Named, so that no parser of another format is ever tried.
_FORMATS = tuple(
    one.format
    for one in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)
# EXIF is written as TIFF is, and phones put a second picture behind the first: JPEG needs both, and
# once everything is given up no module can be loaded any more.
_NEEDED = (TiffImagePlugin, MpoImagePlugin)


def main() -> int:
    """Write the photo drawn anew, or why it is refused."""
    Image.preinit()
    give_up(memory=MEMORY, seconds=PROCESSOR_SECONDS, answer=PHOTO_BYTES)
    try:
        drawn = redrawn(sys.stdin.buffer.read(PHOTO_BYTES + 1))
    except Stop as stop:
        say(stop.answer)
    except MemoryError:
        say(Stop("papers.photo-too-large").answer)
    else:
        sys.stdout.buffer.write(drawn)
    return 0


def redrawn(content: bytes) -> bytes:
    """Return a JPEG of the same picture, its longest side at most 1,600 points."""
    if len(content) > PHOTO_BYTES:
        raise Stop("papers.photo-too-large")
    Image.MAX_IMAGE_PIXELS = POINTS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            # Of a JPEG only so much is decoded as the smaller picture needs.
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            if picture.width * picture.height > POINTS_DRAWN:
                raise Stop("papers.photo-too-large")
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            made = io.BytesIO()
            _painted(upright).save(made, "JPEG", quality=QUALITY)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Stop("papers.photo-too-large") from None
    except (OSError, ValueError, SyntaxError):
        raise Stop("papers.no-photo") from None
    return made.getvalue()


def _painted(picture: Image.Image) -> Image.Image:
    """Return nothing but the points, on white: comments and profiles stay with the old picture."""
    ground = Image.new("RGB", picture.size, "white")
    over = picture.convert("RGBA")
    ground.paste(over, mask=over.getchannel("A"))
    return ground


if __name__ == "__main__":
    sys.exit(main())
