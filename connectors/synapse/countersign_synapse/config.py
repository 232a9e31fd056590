# SPDX-License-Identifier: Apache-2.0
"""The module's section of homeserver.yaml, parsed once; an unknown or missing key stops Synapse."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from countersign_synapse.label import LabelFault, RoomLabel

KNOWN = {
    "base_url",
    "client_id",
    "client_secret",
    "client_secret_file",
    "default_label",
    "identity_provider",
    "request_timeout_ms",
    "state_dir",
}


class ConfigFault(ValueError):
    """A setting that cannot be used: which, and why."""


@dataclass(frozen=True)
class Config:
    """What the operator has set."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    state_dir: Path
    identity_provider: str = "oidc-countersign"
    """Synapse's id of the OIDC provider that is Countersign: `oidc-` and the provider's `idp_id`."""
    request_timeout: float = 3.0
    """Seconds that a question may take before it counts as unanswered."""
    default_label: RoomLabel | None = None
    """Given to a new room whose request names no label; without it such a request is refused."""


def parse(raw: dict[str, Any]) -> Config:
    """Read the section; raises `ConfigFault`."""
    unknown = sorted(set(raw) - KNOWN)
    if unknown:
        raise ConfigFault(f"unknown settings: {', '.join(unknown)}")
    base_url = _text(raw, "base_url").rstrip("/")
    address = urlsplit(base_url)
    on_loopback = address.scheme == "http" and address.hostname in ("localhost", "127.0.0.1", "::1")
    if not address.hostname or not (address.scheme == "https" or on_loopback):
        raise ConfigFault("`base_url` must be https, or http on loopback")
    state_dir = Path(_text(raw, "state_dir"))
    if not state_dir.is_dir():
        raise ConfigFault(f"`state_dir` {state_dir} is not a directory")
    timeout = raw.get("request_timeout_ms", 3000)
    if not isinstance(timeout, int) or isinstance(timeout, bool) or not 100 <= timeout <= 30_000:
        raise ConfigFault("`request_timeout_ms` must be between 100 and 30000")
    return Config(
        base_url=base_url,
        client_id=_text(raw, "client_id"),
        client_secret=_secret(raw),
        state_dir=state_dir,
        identity_provider=_text(raw, "identity_provider") if "identity_provider" in raw else "oidc-countersign",
        request_timeout=timeout / 1000,
        default_label=_default_label(raw.get("default_label")),
    )


def _text(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value:
        raise ConfigFault(f"`{key}` is missing or not a text")
    return value


def _secret(raw: dict[str, Any]) -> str:
    if ("client_secret" in raw) == ("client_secret_file" in raw):
        raise ConfigFault("give either `client_secret` or `client_secret_file`")
    if "client_secret" in raw:
        return _text(raw, "client_secret")
    path = Path(_text(raw, "client_secret_file"))
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise ConfigFault(f"`client_secret_file` cannot be read: {fault.strerror}") from fault


def _default_label(raw: object) -> RoomLabel | None:
    if raw is None:
        return None
    try:
        return RoomLabel.parse(raw)
    except LabelFault as fault:
        raise ConfigFault(f"`default_label`: {fault}") from fault
