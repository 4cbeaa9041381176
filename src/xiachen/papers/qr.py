"""QR codes for screens and paper."""

import segno


def qr_image(text: str) -> str:
    """
    Return a QR code as the address of an image that lies in the page itself.

    A code on a worn sheet, or on a screen in the sun, is still read with a seventh of it missing.
    """
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=3)
