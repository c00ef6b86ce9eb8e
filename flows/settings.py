"""Settings, read once at the edge from the environment or ``.env`` with the prefix ``BUDKAVLE_``."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from campaigns.errors import InputError
from flows.prefect_server import server_is_configured
from tasks.senders.http_place import read_place
from tasks.workplace import Workplace

TELEMETRY_OFF = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}
IN_PREFECT = "prefect:"
SECRETS = ("smtp_url", "sms_url", "web_token", "intranet_token", "secret_key")


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
        description="https://user:secret@host/path of the SMS gateway, in the shape of the 46elks API; several, "
        "comma-separated, for failover.",
    )
    letter_url: str = Field(default="", description="Folder the print shop reads; HOME/sink/letter when unset.")
    web_url: str = Field(
        default="",
        description="Folder the web server reads, or https address of a CMS that takes PUT; HOME/sink/web when unset.",
    )
    web_token: SecretStr = Field(default=SecretStr(""), description="Bearer token for web_url.")
    intranet_url: str = Field(
        default="",
        description="The same for the intranet, for pages to employees alone; HOME/sink/intranet when unset.",
    )
    intranet_token: SecretStr = Field(default=SecretStr(""), description="Bearer token for intranet_url.")
    receipts_url: str = Field(
        default="",
        description="Public https address of `budkavle receipts`, for SMS providers; unset: no receipts are asked for.",
    )
    public_url: str = Field(
        default="", description="Address of landing and unsubscribe pages; unset: unsubscribing by mailto only."
    )
    sender_address: str = Field(default="budkavle@example.se", description="Envelope sender of e-mail.")
    fence: Path | None = Field(
        default=None,
        description="Folder outside HOME and its back-ups, for notes of what was sent; ~/.config/budkavle/fence.",
    )
    logotype: Path | None = Field(default=None, description="The city's real logotype; a marked stand-in when unset.")
    directory: Path | None = Field(default=None, description="The approvers' directory, a YAML file operators own.")
    preview_url: str = Field(
        default="",
        description="Address where staff read HOME/runs; unset: previews are attached to approvers' letters.",
    )
    test_domains: str = Field(
        default="",
        description="Domains, comma-separated, that `test-send` may write to beside the directory's persons.",
    )
    secret_key: SecretStr | None = Field(default=None, description="Key for pseudonyms, message ids and tokens.")
    workers: int = Field(default=4, ge=1, le=64, description="Publishing worker processes.")
    task_runner: Literal["processes", "dask"] = Field(
        default="processes", description="Where shards are published: processes of this machine, or a Dask cluster."
    )
    dask_address: str = Field(
        default="", description="tls://host:port of a Dask scheduler; unset: a cluster of `workers` on this machine."
    )
    forgetting: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="Share of what was learnt of channels that each later evaluation keeps; 1 keeps all.",
    )

    @field_validator("home", "fence", "logotype", "directory")
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
        return revealed(settings.secret_key).encode()
    folder = _own_folder()
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


def _own_folder() -> Path:
    """Return the folder of this program in the user's configuration."""
    return Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "budkavle"


def revealed(secret: SecretStr) -> str:
    """Return a secret or, where it is written ``prefect:NAME``, what Prefect's Secret block of that name holds.

    Raises InputError where Prefect has no such block or cannot be asked.
    """
    value = secret.get_secret_value()
    if not value.startswith(IN_PREFECT):
        return value
    name = value.removeprefix(IN_PREFECT)
    try:
        if not os.environ.get("PREFECT_API_URL"):
            raise LookupError
        from prefect.blocks.system import Secret

        return str(Secret.load(name).get())  # type: ignore[union-attr]
    except Exception as error:  # Prefect raises ValueError for a missing block, and any error of its client
        raise InputError(
            f"Prefect's Secret block {name!r} cannot be read ({type(error).__name__})",
            remedy="set PREFECT_API_URL, and make the block in Prefect's interface under Blocks.",
        ) from None


def _fence(settings: Settings) -> Path:
    fence = settings.fence or _own_folder() / "fence"
    if fence.resolve().is_relative_to(settings.home.resolve()):
        raise InputError(
            "the folder of notes of what was sent lies inside HOME, so that an old back-up would send everything again",
            where="BUDKAVLE_FENCE",
            remedy="name a folder outside HOME and its back-ups.",
        )
    return fence


def workplace(settings: Settings) -> Workplace:
    """Return what the stages need to know of this installation.

    Raises InputError for receipts sent in clear, and for a fence that a back-up of HOME would take back with it.
    """
    if settings.receipts_url:
        read_place(settings.receipts_url, "BUDKAVLE_RECEIPTS_URL", "receipts")
    return Workplace(
        home=settings.home,
        key=secret_key(settings),
        language=settings.language,
        smtp_url=revealed(settings.smtp_url),
        sms_url=revealed(settings.sms_url),
        letter_url=settings.letter_url,
        web_url=settings.web_url,
        web_token=revealed(settings.web_token),
        intranet_url=settings.intranet_url,
        intranet_token=revealed(settings.intranet_token),
        receipts_url=settings.receipts_url,
        public_url=settings.public_url,
        sender_address=settings.sender_address,
        fence=_fence(settings),
        logotype=settings.logotype,
        directory=settings.directory,
        preview_url=settings.preview_url,
        test_domains=settings.test_domains,
        workers=settings.workers,
        forgetting=settings.forgetting,
        has_prefect_server=server_is_configured(),
    )
