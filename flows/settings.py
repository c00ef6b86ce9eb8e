"""Settings, read once at the edge from the environment or ``.env`` with the prefix ``BUDKAVLE_``."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from campaigns.errors import InputError
from tasks.workplace import Workplace

TELEMETRY_OFF = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}


class Settings(BaseSettings):
    """Everything that differs between installations; ``budkavle settings`` prints it with secrets masked."""

    model_config = SettingsConfigDict(env_prefix="BUDKAVLE_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(
        default=Path(".budkavle"), validate_default=True, description="State folder: database, runs, decision log."
    )
    language: Literal["sv", "en"] = Field(default="sv", description="Language of pages and reports.")
    smtp_url: SecretStr = Field(
        default=SecretStr("smtp://127.0.0.1:2525"), description="smtp://user:secret@host:port of the mail relay."
    )
    sms_url: SecretStr = Field(
        default=SecretStr("http://127.0.0.1:2526/sms"),
        description="https://user:secret@host/path of the SMS gateway, in the shape of the 46elks API.",
    )
    letter_url: str = Field(default="", description="Folder the print shop reads; HOME/sink/letter when unset.")
    web_url: str = Field(default="", description="Folder the web server reads; HOME/sink/web when unset.")
    intranet_url: str = Field(
        default="", description="Folder of the intranet, for pages to employees alone; HOME/sink/intranet when unset."
    )
    public_url: str = Field(
        default="", description="Address of landing and unsubscribe pages; unset: unsubscribing by mailto only."
    )
    sender_address: str = Field(default="budkavle@example.se", description="Envelope sender of e-mail.")
    logotype: Path | None = Field(default=None, description="The city's real logotype; a marked stand-in when unset.")
    directory: Path | None = Field(default=None, description="The approvers' directory, a YAML file operators own.")
    secret_key: SecretStr | None = Field(default=None, description="Key for pseudonyms, message ids and tokens.")
    workers: int = Field(default=2, ge=1, le=64, description="Publishing worker processes.")
    forgetting: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="Share of what was learnt of channels that each later evaluation keeps; 1 keeps all.",
    )

    @field_validator("home", "logotype", "directory")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and path.expanduser().absolute()


def load_settings() -> Settings:
    """Read the environment once; what is written from now on belongs to this account alone.

    Raises InputError naming a setting that cannot be used, never its value.
    """
    os.umask(0o077)
    os.environ.update({name: os.environ.get(name, value) for name, value in TELEMETRY_OFF.items()})
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = "_".join(("BUDKAVLE", *map(str, first["loc"]))).upper()
        raise InputError(
            first["msg"],
            where=name,
            remedy="mend it in the environment or in .env; docs/quick-start-operators.md explains settings.",
        ) from None


def secret_key(settings: Settings) -> bytes:
    """Return the installation's key, made on first use in the user's configuration folder, never in the tree."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    folder = Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "budkavle"
    path = folder / "secret_key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip().encode()


def workplace(settings: Settings) -> Workplace:
    """Return what the stages need to know of this installation."""
    return Workplace(
        home=settings.home,
        key=secret_key(settings),
        language=settings.language,
        smtp_url=settings.smtp_url.get_secret_value(),
        sms_url=settings.sms_url.get_secret_value(),
        letter_url=settings.letter_url,
        web_url=settings.web_url,
        intranet_url=settings.intranet_url,
        public_url=settings.public_url,
        sender_address=settings.sender_address,
        logotype=settings.logotype,
        directory=settings.directory,
        workers=settings.workers,
        forgetting=settings.forgetting,
    )
