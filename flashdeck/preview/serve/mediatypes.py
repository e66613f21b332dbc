"""Media types of files that cards may load, by extension."""

from __future__ import annotations

from pathlib import PurePosixPath

_TYPES = {
    "apng": "image/apng", "avif": "image/avif", "bmp": "image/bmp", "gif": "image/gif",
    "ico": "image/x-icon", "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png",
    "svg": "image/svg+xml", "tif": "image/tiff", "tiff": "image/tiff", "webp": "image/webp",
    "aac": "audio/aac", "flac": "audio/flac", "m4a": "audio/mp4", "mp3": "audio/mpeg",
    "oga": "audio/ogg", "ogg": "audio/ogg", "opus": "audio/ogg", "spx": "audio/ogg",
    "wav": "audio/wav", "3gp": "video/3gpp", "avi": "video/x-msvideo", "flv": "video/x-flv",
    "m4v": "video/mp4", "mkv": "video/x-matroska", "mov": "video/quicktime", "mp4": "video/mp4",
    "mpeg": "video/mpeg", "mpg": "video/mpeg", "ogv": "video/ogg", "webm": "video/webm",
    "otf": "font/otf", "ttf": "font/ttf", "woff": "font/woff", "woff2": "font/woff2",
    "css": "text/css", "js": "text/javascript", "json": "application/json",
}  # fmt: skip


def media_type(name: str) -> str:
    """The media type of a file name."""
    extension = PurePosixPath(name).suffix.lower().lstrip(".")
    return _TYPES.get(extension, "application/octet-stream")
