"""Self-signed certificates for tests."""

import hashlib
import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Certificate:
    file: Path
    context: ssl.SSLContext

    def folder(self) -> Path:
        """Make a directory of trusted certificates as OpenSSL reads it, and return it.

        It finds a certificate by a hash of its subject: SHA-1 of the encoded name without its
        outer header, the first four bytes as a number, the lowest first.
        """
        name = x509.load_pem_x509_certificate(self.file.read_bytes()).subject.public_bytes()
        number = int.from_bytes(hashlib.sha1(name[2:]).digest()[:4], "little")
        folder = self.file.parent / "trusted"
        folder.mkdir()
        (folder / f"{number:08x}.0").write_bytes(self.file.read_bytes())
        return folder


def _alternative_name(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def made(directory: Path, *, days=1, host="127.0.0.1") -> Certificate:
    """Make a self-signed certificate; with negative ``days`` it expired that many days ago.

    ``host`` is an address or a name.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    end = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(end - timedelta(days=9))
        .not_valid_after(end)
        .add_extension(
            x509.SubjectAlternativeName([_alternative_name(host)]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = directory / f"{host}.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return Certificate(file, context)
