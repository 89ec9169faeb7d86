"""Certificates of an authority that exists for the length of a test."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.x509.oid import NameOID


class Authority:
    """An authority, and its certificate as a file for whoever trusts it."""

    def __init__(self, folder: Path, *, rsa: bool = False) -> None:
        self.folder, self.rsa = folder, rsa
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _name("An authority of a test")
        certificate = _unsigned(self.name, self.name, self.key, authority=True).sign(
            self.key, hashes.SHA256()
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, host: str = "127.0.0.1") -> ssl.SSLContext:
        """What a server at this address answers with."""
        key = (
            generate_private_key(public_exponent=65537, key_size=2048)
            if self.rsa
            else ec.generate_private_key(ec.SECP256R1())
        )
        try:
            known_as: x509.GeneralName = x509.IPAddress(ip_address(host))
        except ValueError:
            known_as = x509.DNSName(host)
        unsigned = _unsigned(_name(host), self.name, key).add_extension(
            x509.SubjectAlternativeName([known_as]), critical=False
        )
        certificate = unsigned.sign(self.key, hashes.SHA256())
        file = self.folder / f"{host}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _unsigned(subject, issuer, key, *, authority: bool = False) -> x509.CertificateBuilder:
    # The machine's own clock: it is the one that TLS asks.
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    return builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
