#!/usr/bin/env python3
"""Verifies the integrity chain of sigilo without sigilo.

Written from the manual alone (src/manual/log.md, vault.md, court.md, files.md), with nothing but the standard
library of Python 3.9 or newer. Signatures are checked with the arithmetic of RFC 8032.

    verify_vault.py vault DIR [--keyring FILE] [--key KEY] [--head FILE] [--cosigner KEY]
    verify_vault.py bundle DIR [--key KEY] [--head FILE] [--cosigner KEY]
    verify_vault.py proof FILE --key KEY [--cosigner KEY] [--slot-key HEX]
    verify_vault.py consistency OLD FILE --key KEY
    verify_vault.py refusal FILE --key KEY
    verify_vault.py court DIR [--key KEY] [--cosigner KEY]
    verify_vault.py receipt FILE CARD

KEY is a verifier key, name+id+base64. Prints what is wrong, one line each, and ends with 0 if nothing
is, with 1 otherwise, with 2 if it was called wrongly.
"""

import argparse
import base64
import binascii
import hashlib
import sqlite3
import sys
from datetime import datetime, timezone
from pathlib import Path


class Wrong(Exception):
    """Something does not hold."""


def need(holds, what):
    if not holds:
        raise Wrong(what)


def sha256(*parts):
    h = hashlib.sha256()
    for part in parts:
        h.update(part)
    return h.digest()


# --- Ed25519, RFC 8032 section 5.1 -----------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def point_add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_mul(s, p):
    q = (0, 1, 1, 0)
    while s > 0:
        if s & 1:
            q = point_add(q, p)
        p = point_add(p, p)
        s >>= 1
    return q


def point_equal(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


def point_read(data):
    y = int.from_bytes(data, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def ed25519(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = point_read(public), point_read(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = hashlib.sha512(signature[:32] + public + message).digest()
    h = int.from_bytes(h, "little") % L
    return point_equal(point_mul(s, BASE), point_add(r, point_mul(h, a)))


# --- XChaCha20-Poly1305, RFC 8439 and draft-irtf-cfrg-xchacha-03 -----------------------------------


def words(data):
    return [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]


def chacha_rounds(state):
    x = list(state)

    def quarter(a, b, c, d):
        for i, j, k, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[i] = (x[i] + x[j]) & 0xFFFFFFFF
            v = x[k] ^ x[i]
            x[k] = (v << n | v >> (32 - n)) & 0xFFFFFFFF

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return x


SIGMA = words(b"expand 32-byte k")


def xchacha_open(key, ad, sealed):
    """The plaintext of nonce, ciphertext and tag."""
    need(len(sealed) >= 40, "a ciphertext is cut")
    nonce, body, tag = sealed[:24], sealed[24:-16], sealed[-16:]
    x = chacha_rounds(SIGMA + words(key) + words(nonce[:16]))
    sub = x[:4] + x[12:]

    def block(counter):
        state = SIGMA + sub + [counter, 0] + words(nonce[16:])
        mixed = chacha_rounds(state)
        return b"".join(((a + b) & 0xFFFFFFFF).to_bytes(4, "little") for a, b in zip(mixed, state))

    one = block(0)[:32]
    r = int.from_bytes(one[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    padded = [data + bytes(-len(data) % 16) for data in (ad, body)]
    text = b"".join(padded) + len(ad).to_bytes(8, "little") + len(body).to_bytes(8, "little")
    a = 0
    for i in range(0, len(text), 16):
        a = (a + int.from_bytes(text[i : i + 16] + b"\1", "little")) * r % (2**130 - 5)
    a = (a + int.from_bytes(one[16:], "little")) % 2**128
    need(a.to_bytes(16, "little") == tag, "a ciphertext does not open with this key")
    stream = b"".join(block(1 + i) for i in range((len(body) + 63) // 64))
    return bytes(p ^ q for p, q in zip(body, stream))


# --- Tree, RFC 6962 section 2.1, RFC 9162 section 2.1.3.2 and 2.1.4.2 --------------------------------

NONE = 2**64 - 1
MAX_SIZE = 2**63 - 1


def leaf_hash(leaf):
    return sha256(b"\0", leaf)


def node_hash(left, right):
    return sha256(b"\1", left, right)


class Frontier:
    """Roots of the complete subtrees of the right edge, largest first."""

    def __init__(self):
        self.size, self.nodes = 0, []

    def append(self, h):
        size = self.size
        self.nodes.append(h)
        while size & 1:
            right = self.nodes.pop()
            self.nodes.append(node_hash(self.nodes.pop(), right))
            size >>= 1
        self.size += 1

    def root(self):
        if not self.nodes:
            return sha256()
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root

    def bytes(self):
        return self.size.to_bytes(8, "big") + b"".join(self.nodes)


def verify_inclusion(leaf, index, size, proof, root):
    need(index < size, "the index is behind the end of the log")
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        need(sn != 0, "the proof has too many hashes")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while fn != 0 and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            r = node_hash(r, p)
        fn >>= 1
        sn >>= 1
    need(sn == 0, "the proof has too few hashes")
    need(r == root, "the proof does not lead to the signed root")


def verify_consistency(old, old_root, new, new_root, proof):
    need(old <= new, "the older log is larger than the newer one")
    if old == 0 or old == new:
        need(not proof, "the proof should be empty")
        need(old_root == (sha256() if old == 0 else new_root), "the older root is another")
        return
    if old & (old - 1) == 0:
        proof = [old_root] + proof
    need(len(proof) > 0, "the proof has too few hashes")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = proof[0]
    for c in proof[1:]:
        need(sn != 0, "the proof has too many hashes")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while fn != 0 and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            sr = node_hash(sr, c)
        fn >>= 1
        sn >>= 1
    need(sn == 0, "the proof has too few hashes")
    need(fr == old_root, "the newer log does not begin with the older one")
    need(sr == new_root, "the proof does not lead to the newer root")


# --- Signed notes and checkpoints ------------------------------------------------------------------


def unbase64(text):
    """Strict: padding, no other characters, unused bits zero."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Wrong("base64 is damaged")
    need(base64.b64encode(data).decode() == text, "base64 is not canonical")
    return data


def decimal(text):
    ok = text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) < 20
    need(ok, "a number is not in decimal")
    need(int(text) <= MAX_SIZE, "a number is too large")
    return int(text)


class Key:
    def __init__(self, text):
        parts = text.strip().split("+", 2)
        need(len(parts) == 3, "not a verifier key")
        self.name = parts[0]
        material = unbase64(parts[2])
        need(len(material) == 33 and material[0] in (1, 4), "not a verifier key")
        self.kind, self.public = material[0], material[1:]
        self.id = sha256(self.name.encode(), b"\n", material)[:4]
        need(self.id.hex() == parts[1], "the id of a verifier key is wrong")


def read_note(data):
    """Text and signature lines."""
    need(len(data) <= 1_000_000, "a note is too large")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong("a note is not text")
    need(not any(ord(c) < 32 and c != "\n" for c in text), "a note is not text")
    at = text.rfind("\n\n")
    need(at >= 0, "a note has no signatures")
    body, lines = text[: at + 1], text[at + 2 :]
    need(lines.endswith("\n"), "a note is cut")
    signatures = []
    for line in lines[:-1].split("\n"):
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "\u2014" and parts[1], "a signature line is damaged")
        need("+" not in parts[1], "a signature line is damaged")
        raw = unbase64(parts[2])
        need(len(raw) > 4, "a signature line is damaged")
        signatures.append((parts[1], raw[:4], raw[4:]))
    need(len(signatures) <= 100, "a note has too many signatures")
    return body, signatures


def verify_note(body, signatures, keys):
    """The keys that signed, with the time of cosignatures; a bad line of a known key spoils it."""
    found = []
    for name, key_id, raw in signatures:
        for key in keys:
            if (name, key_id) != (key.name, key.id):
                continue
            if key.kind == 1:
                need(len(raw) == 64, "a signature is damaged")
                time, message = None, body.encode()
            else:
                need(len(raw) == 72, "a cosignature is damaged")
                time = int.from_bytes(raw[:8], "big")
                need(time <= MAX_SIZE, "the time of a cosignature is out of range")
                message = ("cosignature/v1\ntime %d\n%s" % (time, body)).encode()
            need(ed25519(key.public, message, raw[-64:]), "the signature of %s is not valid" % name)
            if all(k is not key for k, _ in found):
                found.append((key, time))
    return found


class Head:
    """A signed checkpoint."""

    def __init__(self, data):
        self.data = data
        self.body, self.signatures = read_note(data)
        lines = self.body.split("\n")
        need(len(lines) >= 4 and lines[0] and " " not in lines[0], "not a checkpoint")
        self.origin, self.size = lines[0], decimal(lines[1])
        self.root = unbase64(lines[2])
        need(len(self.root) == 32, "not a checkpoint")
        need(self.size > 0 or self.root == sha256(), "an empty log has another root")

    def verify(self, key):
        need(key.kind == 1, "this is not the key of a log")
        need(key.name == self.origin, "the head is of another log than the key")
        need(verify_note(self.body, self.signatures, [key]), "the log has not signed the head")
        return self

    def cosigned(self, keys):
        return verify_note(self.body, self.signatures, [k for k in keys if k.kind == 4])


def log_key(origin, public):
    material = b"\1" + public
    key_id = sha256(origin.encode(), b"\n", material)[:4].hex()
    return Key("%s+%s+%s" % (origin, key_id, base64.b64encode(material).decode()))


# --- Leaves and acts -------------------------------------------------------------------------------

LEAF = 137
ZERO = bytes(32)


class Leaf:
    def __init__(self, data):
        need(len(data) == LEAF and data[0] == 1, "not a leaf")
        self.commitment, self.details = data[1:33], data[33:65]
        self.content, self.key = data[65:97], data[97:129]
        self.erases = int.from_bytes(data[129:], "big")
        self.fact = data[65:]
        if self.content == ZERO:
            need(self.key == ZERO, "a leaf names a key of nothing")
            need(self.erases < MAX_SIZE or self.erases == NONE, "a leaf erases what cannot be")
        else:
            need(self.erases == NONE, "a leaf both stores and erases")


def read_act(data):
    """Fields of a signed act."""
    need(len(data) >= 66 + 64 and data[0] in (1, 2), "not an act")
    n = int.from_bytes(data[62:66], "big")
    # Version 2 is an act of two slots: the second one's id, and a signature of each.
    two = data[0] == 2
    end = 66 + n + (16 if two else 0)
    need(n <= 1024 and len(data) == end + (128 if two else 64), "not an act")
    need(not two or data[end - 16 : end] not in (data[10:26], bytes(16)), "not an act")
    return {
        "kind": data[1],
        "time": int.from_bytes(data[2:10], "big", signed=True),
        "actor": data[10:26].hex(),
        "object": data[26:42].hex(),
        "version": int.from_bytes(data[42:46], "big"),
        "count": int.from_bytes(data[46:54], "big"),
        "prior": int.from_bytes(data[54:62], "big"),
        "reason": data[66 : 66 + n].decode("utf-8"),
        "second": data[end - 16 : end].hex() if two else "",
        "act": data[:end],
        "signatures": [data[end : end + 64], data[end + 64 :]][: 2 if two else 1],
    }


# --- The audit -------------------------------------------------------------------------------------


class Audit:
    """Reads a log from its first leaf to its last."""

    def __init__(self, heads):
        self.heads = sorted(heads, key=lambda h: h.size)
        self.tree = Frontier()
        self.findings, self.signed = [], 0
        self.state = bytearray()  # 0 nothing, 1 content unchecked or there, 2 missing, 3 erased
        self.erased = 0
        self.compare()

    def find(self, text):
        self.findings.append(text)

    def compare(self):
        while self.heads and self.heads[0].size == self.tree.size:
            head = self.heads.pop(0)
            if head.root == self.tree.root():
                self.signed = head.size
            else:
                self.find("the first %d entries are not those that were signed" % head.size)

    def push(self, data, details=None, content=None, looked=True):
        """details and content: SHA-256 of what is stored, None for nothing; looked: a vault."""
        index = self.tree.size
        self.tree.append(leaf_hash(data))
        self.state.append(0)
        try:
            leaf = Leaf(data)
        except Wrong as e:
            self.find("entry %d: %s" % (index, e))
            self.compare()
            return
        if looked and details != leaf.details:
            self.find("entry %d: the sealed details are not those that were logged" % index)
        if leaf.content != ZERO:
            self.state[index] = 1
            if looked and content is None:
                self.state[index] = 2
            elif looked and content != leaf.content:
                self.find("entry %d: the content is not the one that was logged" % index)
        elif looked and content is not None:
            self.find("entry %d: there is content that was never logged" % index)
        if leaf.erases != NONE:
            if leaf.erases >= index or self.state[leaf.erases] in (0, 3):
                self.find("entry %d: a tombstone of nothing" % index)
            else:
                if looked and self.state[leaf.erases] == 1:
                    self.find("entry %d: erased, but still there" % leaf.erases)
                self.state[leaf.erases] = 3
                self.erased += 1
        self.compare()

    def end(self):
        for index, state in enumerate(self.state):
            if state == 2:
                self.find("entry %d: the content is missing and was not erased" % index)
        for head in self.heads:
            self.find("a head covers %d entries, there are %d" % (head.size, self.tree.size))
        print(
            "%d entries: signed to %d, %d unsigned, %d tombstones"
            % (self.tree.size, self.signed, self.tree.size - self.signed, self.erased)
        )
        return self.findings


class Tiles:
    """The tree as it should be stored: tiles of 256 hashes."""

    def __init__(self):
        self.levels, self.full = [], []

    def append(self, h):
        level = 0
        while h is not None:
            if level == len(self.levels):
                self.levels.append((0, []))
            index, hashes = self.levels[level]
            hashes.append(h)
            h = None
            if len(hashes) == 256:
                yield level, index, b"".join(hashes)
                tree = Frontier()
                for one in hashes:
                    tree.append(one)
                h = tree.root()
                self.levels[level] = (index + 1, [])
            level += 1

    def rest(self):
        for level, (index, hashes) in enumerate(self.levels):
            if hashes:
                yield level, index, b"".join(hashes)


SCHEMA = [
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE batch (id INTEGER PRIMARY KEY, target BLOB NOT NULL, epoch INTEGER NOT NULL, encapsulated BLOB NOT NULL) STRICT",
    "CREATE TABLE leaf (idx INTEGER PRIMARY KEY, leaf BLOB NOT NULL, batch INTEGER NOT NULL, details BLOB NOT NULL) STRICT",
    "CREATE TABLE content (leaf INTEGER PRIMARY KEY, batch INTEGER NOT NULL, wrapped BLOB NOT NULL, body BLOB NOT NULL) STRICT",
    "CREATE TABLE tile (level INTEGER NOT NULL, idx INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, idx)) STRICT, WITHOUT ROWID",
]
# From format 3 on; what is in it is derived from the contents, and the log does not name it.
SEARCH = "CREATE TABLE search (target BLOB NOT NULL, part INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (target, part)) STRICT, WITHOUT ROWID"


def say_cosigned(heads, cosigners):
    for head in heads:
        for key, time in head.cosigned(cosigners):
            when = datetime.fromtimestamp(time, timezone.utc).isoformat()
            print("%d entries cosigned by %s at %s" % (head.size, key.name, when))


def read_keyring(path, named):
    """The keyring, or the one staged beside it if the log names that: an interrupted change."""
    read = [p.read_bytes() for p in (path, Path(str(path) + ".new")) if p.is_file()]
    for ring in read:
        if sha256(ring) == named:
            return ring
    return read[0] if read else b""


def evidence_file(folder, leaf):
    """SHA-256 of the sealed file that a leaf without a row may name; None if there is none."""
    path = folder / "evidence" / leaf[65:97].hex()
    if leaf[65:97] == ZERO or not path.is_file():
        return None
    h = hashlib.sha256(b"sigilo v1 evidence file")
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            h.update(piece)
    return h.digest()


def read_logs(vault, data):
    """The logs of a vault, one after the other: from which leaf on, and the id."""
    count, rest = int.from_bytes(data[:4], "big"), data[4:]
    need(len(data) >= 4 and len(rest) == 24 * count, "the list of logs is damaged")
    logs = [(0, vault)]
    for i in range(count):
        row = rest[24 * i : 24 * i + 24]
        logs.append((int.from_bytes(row[:8], "big"), row[8:]))
        need(logs[-1][0] > logs[-2][0], "the list of logs is damaged")
    return logs


class Succession:
    """What the first own leaf of a restored log says."""

    def __init__(self, data):
        label = b"sigilo v1 succession"
        need(data.startswith(label), "a restored log does not name the one before")
        data = data[len(label) :]
        self.before, self.after = data[:16], data[16:32]
        self.size, self.root = int.from_bytes(data[32:40], "big"), data[40:72]
        self.known = int.from_bytes(data[72:80], "big")
        n = int.from_bytes(data[80:84], "big")
        self.head = data[84 : 84 + n]
        need(len(data) >= 88 + n, "a restored log does not name the one before")


def statement(db, leaf):
    row = db.execute("SELECT wrapped, body FROM content WHERE leaf = ?", (leaf,)).fetchone()
    need(row is not None and row[0] == b"", "a restored log does not name the one before")
    return Succession(row[1])


class Expected:
    """A size and a root that the leaves must have."""

    def __init__(self, size, root):
        self.size, self.root = size, root


def in_logs(db, logs, head, key):
    """What a head of any of the logs says about the stored leaves; None if it covers lost ones."""
    names = ["sigilo/" + log.hex() for _, log in logs]
    need(head.origin in names, "the head is of another log")
    head.verify(log_key(head.origin, key.public))
    at = names.index(head.origin)
    if at + 1 < len(logs) and head.size > logs[at + 1][0]:
        told = statement(db, logs[at + 1][0])
        need(told.known >= head.size, "the restored log hides that it lost entries")
        return None
    return head


def verify_vault(args):
    folder = Path(args.place)
    path = folder / "vault.db"
    need(path.is_file(), "there is no vault here")
    db = sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)
    found = sorted(row[0] or "" for row in db.execute("SELECT sql FROM sqlite_schema"))
    version = db.execute("PRAGMA user_version").fetchone()[0]
    need(version in (1, 2, 3), "the format is another")
    # SQLite before 3.37 does not know STRICT and says so itself.
    expected = SCHEMA + [SEARCH] * (version == 3)
    need(found == sorted(expected), "the structure of the database is another")
    need(db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok", "the database is damaged")
    meta = dict(db.execute("SELECT name, value FROM meta"))
    vault = meta.get("vault", b"")
    need(len(vault) == 16, "the vault has no id")
    logs = read_logs(vault, meta.get("logs", bytes(4)))
    origin = "sigilo/" + logs[-1][1].hex()
    findings = []
    # Keyring: magic 14, version 1, vault 16, generation 8, keyring key 32, checkpoint key 32.
    ring = read_keyring(Path(args.keyring or folder / "keyring"), meta.get("keyring"))
    need(len(ring) > 103 and ring[:15] in (b"sigilo-keyring\1", b"sigilo-keyring\2"), "the keyring cannot be read")
    if ring[15:31] != vault:
        findings.append("the keyring is of another vault")
    if not ed25519(ring[39:71], b"sigilo v1 keyring signature" + ring[:-64], ring[-64:]):
        findings.append("the keyring does not carry the signature of this vault")
    key = args.key or log_key(origin, ring[71:103])
    if key.public != ring[71:103]:
        findings.append("the keyring names another key of the log")
    heads = [("head", meta.get("head", b""))]
    if (folder / "checkpoint").is_file():
        heads.append(("checkpoint", (folder / "checkpoint").read_bytes()))
    else:
        findings.append("the file checkpoint is missing")
    heads += [(name, value) for name, value in meta.items() if name.startswith("cosigned/")]
    heads += [("head brought", Path(f).read_bytes()) for f in args.head]
    good = []
    for name, data in heads:
        try:
            head = Head(data)
            need(name not in ("head", "checkpoint") or head.origin == origin, "the head is of another log")
            good.append(in_logs(db, logs, head, key))
        except Wrong as e:
            findings.append("%s: %s" % (name, e))
    good = [head for head in good if head is not None]
    expected = []
    for (_, before), (since, after) in zip(logs, logs[1:]):
        try:
            told = statement(db, since)
            last = Head(told.head).verify(log_key("sigilo/" + before.hex(), key.public))
            fits = (told.before, told.after, told.size) == (before, after, since)
            need(fits and last.size <= since <= told.known, "a restored log says what does not fit")
            expected.append(Expected(told.size, told.root))
        except Wrong as e:
            findings.append("entry %d: %s" % (since, e))
    batches = {row[0]: row[1:] for row in db.execute("SELECT id, target, epoch, encapsulated FROM batch")}
    audit, tiles, stored = Audit(good + expected), Tiles(), {}
    for row in db.execute("SELECT level, idx, hashes FROM tile"):
        stored[row[0], row[1]] = row[2]
    keyring_at = int.from_bytes(meta.get("keyring-leaf", b"\xff" * 8), "big")
    ring_hash = sha256(ring)
    if meta.get("keyring") != ring_hash:
        findings.append("the keyring is not the one that the log names")
    lists, rewrapped = {}, {}
    rows = db.execute(
        "SELECT l.idx, l.leaf, l.batch, l.details, c.batch, c.wrapped, c.body"
        " FROM leaf l LEFT JOIN content c ON c.leaf = l.idx ORDER BY l.idx"
    )
    sound = True
    for index, leaf, batch, details, content_batch, wrapped, body in rows:
        if index != audit.tree.size:
            findings.append("entry %d is missing" % audit.tree.size)
            break
        h = content = None
        if batch in batches and batches[batch][:2] == (bytes(16), 0):
            h = sha256(batches[batch][2], details)
        if content_batch is not None:
            content = b""
            if content_batch in batches:
                target, epoch, encapsulated = batches[content_batch]
                if 0 <= epoch < 2**32:
                    wrap = wrap_hash(batches[content_batch], wrapped)
                    if len(wrapped) == 133:
                        # Wrapped again: the leaf names the first wrap, a list in the log this one.
                        at = int.from_bytes(wrapped[32:40], "big")
                        rewrapped[index] = at, wrap_hash(batches[content_batch], wrapped[40:])
                        wrap = wrapped[:32]
                    elif wrapped == b"" and (target, epoch) == (bytes(16), 0):
                        lists[index] = read_list(body)
                    content = sha256(b"sigilo v1 content hash", wrap, body)
        elif index == keyring_at:
            content = ring_hash
        elif len(leaf) == LEAF:
            content = evidence_file(folder, leaf)
            if content is not None and content != leaf[65:97]:
                findings.append("entry %d: the file of evidence is not the one that was logged" % index)
                content = leaf[65:97]
        audit.push(leaf, h, content)
        for level, at, hashes in tiles.append(leaf_hash(leaf)):
            sound &= stored.pop((level, at), None) == hashes
    for level, at, hashes in tiles.rest():
        sound &= stored.pop((level, at), None) == hashes
    if not sound or stored:
        findings.append("the stored tree is not that of the entries")
    if meta.get("frontier") != audit.tree.bytes():
        findings.append("the stored edge of the tree is not that of the entries")
    lost = db.execute("SELECT leaf FROM content WHERE leaf NOT IN (SELECT idx FROM leaf)")
    findings += ["entry %d: there is content without an entry" % row[0] for row in lost]
    if keyring_at >= audit.tree.size or audit.state[keyring_at] != 1:
        findings.append("the log does not name the keyring")
    for index, (at, wrap) in rewrapped.items():
        if lists.get(at, {}).get(index) != wrap:
            findings.append("entry %d: no list names the wrap of its data key" % index)
    say_cosigned(good, args.cosigner)
    return findings + audit.end()


def wrap_hash(batch, wrapped):
    target, epoch, encapsulated = batch
    return sha256(b"sigilo v1 wrap hash", target, epoch.to_bytes(4, "big"), encapsulated, wrapped)


def read_list(body):
    """A list of new wraps: leaf and hash of each."""
    label = b"sigilo v1 wrap list"
    rest = body[len(label) + 4 :]
    count = int.from_bytes(body[len(label) :][:4], "big")
    if not body.startswith(label) or len(rest) != 40 * count:
        return {}
    rows = (rest[40 * i : 40 * i + 40] for i in range(count))
    return {int.from_bytes(row[:8], "big"): row[8:] for row in rows}


def tile_name(kind, index, width):
    groups = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        groups.insert(0, "x%03d" % (index % 1000))
    partial = ".p/%d" % width if width < 256 else ""
    return "tile/%s/%s%s" % (kind, "/".join(groups), partial)


def verify_bundle(args):
    folder = Path(args.place)
    head = Head((folder / "checkpoint").read_bytes())
    key = args.key or Key((folder / "key").read_text())
    findings, good = [], [head.verify(key)]
    others = [Path(f) for f in args.head]
    if (folder / "cosigned").is_dir():
        others += sorted((folder / "cosigned").iterdir())
    for path in others:
        try:
            good.append(Head(path.read_bytes()).verify(key))
        except Wrong as e:
            findings.append("%s: %s" % (path.name, e))
    audit, tiles, sound = Audit(good), Tiles(), True

    def same(level, at, hashes):
        path = folder / tile_name(str(level), at, len(hashes) // 32)
        return path.is_file() and path.read_bytes() == hashes

    for index in range((head.size + 255) // 256):
        width = min(256, head.size - 256 * index)
        path = folder / tile_name("entries", index, width)
        need(path.is_file(), "%s is missing" % path)
        data = path.read_bytes()
        for _ in range(width):
            need(len(data) >= 2, "%s is cut" % path)
            n = int.from_bytes(data[:2], "big")
            leaf, data = data[2 : 2 + n], data[2 + n :]
            need(len(leaf) == n, "%s is cut" % path)
            audit.push(leaf, looked=False)
            for tile in tiles.append(leaf_hash(leaf)):
                sound &= same(*tile)
        need(not data, "%s is too long" % path)
    for tile in tiles.rest():
        sound &= same(*tile)
    if not sound:
        findings.append("the tiles are not those of the entries")
    say_cosigned(good, args.cosigner)
    return findings + audit.end()


# --- Proof files -----------------------------------------------------------------------------------


def proof_parts(data):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong("not a proof file")
    need("\n\n" in text, "not a proof file")
    lines, note = text.split("\n\n", 1)
    return lines.split("\n"), Head(note.encode())


def hash_lines(lines):
    hashes = [unbase64(line) for line in lines]
    need(all(len(h) == 32 for h in hashes) and len(hashes) <= 63, "not a proof file")
    return hashes


class Proof:
    """An inclusion proof with its entry."""

    def __init__(self, data):
        lines, self.head = proof_parts(data)
        need(lines.pop(0) == "c2sp.org/tlog-proof@v1", "not a proof file")
        need(lines and lines[0].startswith("extra "), "the proof carries no entry")
        extra = unbase64(lines.pop(0)[6:])
        need(lines and lines[0].startswith("index "), "not a proof file")
        self.index = decimal(lines.pop(0)[6:])
        self.hashes = hash_lines(lines)
        self.data, opening = extra[:LEAF], extra[LEAF:]
        self.leaf = Leaf(self.data)
        self.act = None
        if opening:
            salt, signed = opening[:32], opening[32:]
            self.act = read_act(signed)
            commitment = sha256(b"sigilo v1 details commitment", salt, signed)
            need(commitment == self.leaf.commitment, "the act is not the one that was logged")

    def verify(self, key):
        self.head.verify(key)
        head = self.head
        verify_inclusion(leaf_hash(self.data), self.index, head.size, self.hashes, head.root)
        return self

    def signed_by(self, slot_key, logs):
        """Whether a slot signed the act, for one of these logs."""
        for log in logs:
            message = b"sigilo v1 act signature" + log + self.index.to_bytes(8, "big")
            message += self.act["act"] + self.leaf.fact
            if any(ed25519(slot_key, message, s) for s in self.act["signatures"]):
                return True
        return False


def verify_proof(args):
    proof = Proof(Path(args.place).read_bytes()).verify(args.key)
    head, leaf = proof.head, proof.leaf
    print("entry %d of %s, under its head of %d entries" % (proof.index, head.origin, head.size))
    if leaf.content != ZERO:
        print("content %s" % leaf.content.hex())
    if leaf.erases != NONE:
        print("erases entry %d" % leaf.erases)
    if proof.act:
        if args.slot_key:
            log = bytes.fromhex(head.origin[len("sigilo/") :])
            signed = proof.signed_by(bytes.fromhex(args.slot_key), [log])
            need(signed, "that slot has not signed the act")
        for name in ("kind", "time", "actor", "object", "version", "count", "reason"):
            print("%s %s" % (name, proof.act[name]))
        if proof.act["second"]:
            print("second %s" % proof.act["second"])
    say_cosigned([head], args.cosigner)
    return []


def verify_consistency_file(args):
    old = Head(Path(args.place).read_bytes()).verify(args.key)
    lines, new = proof_parts(Path(args.file).read_bytes())
    need(lines[0].startswith("old "), "not a consistency proof")
    need(decimal(lines[0][4:]) == old.size, "the proof starts from another size")
    new.verify(args.key)
    verify_consistency(old.size, old.root, new.size, new.root, hash_lines(lines[1:]))
    print("%d entries continue from %d" % (new.size, old.size))
    return []


def verify_refusal(args):
    body, _ = read_note(Path(args.place).read_bytes())
    lines = body.split("\n")[:-1]
    need(lines[0] == "sigilo/refused-head/v1", "not a refusal")
    fields = [line.split(" ", 1) for line in lines[1:5]]
    need([f[0] for f in fields] == ["time", "reason", "last", "given"], "not a refusal")
    need(fields[1][1] == "fork", "only a fork is proved without the auditor's word")
    last = Head(unbase64(fields[2][1])).verify(args.key)
    given = Head(unbase64(fields[3][1])).verify(args.key)
    hashes = hash_lines(lines[5:])
    need(hashes and last.size > 0 and hashes[0] != last.root, "nothing is shown")
    verify_consistency(last.size, hashes[0], given.size, given.root, hashes[1:])
    print("the log has signed two histories: %d and %d entries" % (last.size, given.size))
    return []


# --- The folder for a court ------------------------------------------------------------------------

DISCLOSE, HANDED_OVER, RECEIPT = 10, 83, 84


def fields(data, head):
    """Lines of a name and a value, behind a first line."""
    text = data.decode("utf-8")
    need(text.endswith("\n"), "a file is cut")
    lines = text[:-1].split("\n")
    need(lines[0] == head, "a file is of another form")
    found = []
    for line in lines[1:]:
        name, space, value = line.partition(" ")
        need(name and space, "a file is of another form")
        found.append((name, value))
    return found


class CourtKeys:
    def __init__(self, data):
        rows = fields(data, "sigilo/court-keys/v1")
        need(rows and rows[0][0] == "log", "the keys are of another form")
        self.log = Key(rows[0][1])
        self.former, self.cosigners, self.slots = [], [], {}
        for name, value in rows[1:]:
            if name == "former":
                self.former.append(bytes.fromhex(value))
            elif name == "cosigner":
                self.cosigners.append(Key(value))
            elif name == "slot":
                parts = value.split(" ", 2)
                self.slots[parts[0]] = bytes.fromhex(parts[1])
            else:
                raise Wrong("the keys are of another form")
        self.logs = [bytes.fromhex(self.log.name[len("sigilo/") :])] + self.former


def file_sha256(path):
    h, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            h.update(piece)
            size += len(piece)
    return h.digest(), size


class Item:
    """A sealed description, opened with the key that is beside it."""

    def __init__(self, data, leaves):
        rows = fields(data, "sigilo/sealed-item/v1")
        names = ["vault", "entry", "object", "compartment", "wrap", "key", "body"]
        need([name for name, _ in rows] == names, "a description is of another form")
        row = dict(rows)
        self.entry, self.object = decimal(row["entry"]), row["object"]
        key, body = bytes.fromhex(row["key"]), unbase64(row["body"])
        content = sha256(b"sigilo v1 content hash", bytes.fromhex(row["wrap"]), body)
        need(self.entry in leaves, "the entry of a description is not proved")
        leaf = leaves[self.entry].leaf
        need(content == leaf.content, "a description is not the one that was logged")
        commitment = sha256(b"sigilo v1 key commitment", key)
        need(commitment == leaf.key, "a key is not the one that was logged")
        ad = b"sigilo v1 record body" + bytes.fromhex(row["vault"] + row["compartment"] + row["object"])
        padded = xchacha_open(key, ad + (1).to_bytes(4, "big") + b"\5", body)
        n = int.from_bytes(padded[:4], "big")
        plain, zeros = padded[4 : 4 + n], padded[4 + n :]
        need(len(plain) == n and not any(zeros), "a description is damaged")
        need(len(plain) >= 133 and plain[0] == 1, "a description is of another form")
        self.file_entry = int.from_bytes(plain[17:25], "big")
        self.sealed, file_key = plain[25:57], plain[57:89]
        self.size = int.from_bytes(plain[89:97], "big")
        self.sha256 = plain[97:129]
        length = int.from_bytes(plain[129:133], "big")
        self.name = plain[133:].decode("utf-8")
        need(len(plain) == 133 + length, "a description is damaged")
        need(self.file_entry in leaves, "the entry of a sealed file is not proved")
        file_leaf = leaves[self.file_entry].leaf
        need(file_leaf.content == self.sealed, "the sealed file is not the one that was logged")
        commitment = sha256(b"sigilo v1 key commitment", file_key)
        need(file_leaf.key == commitment, "the sealed file is not the one that was logged")

    def check_file(self, folder):
        files = list(folder.iterdir())
        need(len(files) == 1, "there is not exactly one file in %s" % folder)
        need(file_sha256(files[0]) == (self.sha256, self.size), "%s is not the file that was logged" % folder)
        return files[0]


def read_card(data):
    """A card that carries its own signature: its id, name and key."""
    body, signatures = read_note(data)
    rows = dict(fields(body.encode(), "sigilo/card/v1"))
    public = unbase64(rows["key"])
    key = log_key("sigilo/" + rows["vault"], public)
    need(verify_note(body, signatures, [key]), "a card is not signed with its own key")
    return sha256(b"sigilo v1 card id", body.encode()), rows["name"], key


def read_receipt(data):
    body, signatures = read_note(data)
    return dict(fields(body.encode(), "sigilo/receipt/v1")), body, signatures


def check_receipt(data, card):
    row, body, signatures = read_receipt(data)
    party, name, key = read_card(card)
    need(row["receiver"] == party.hex(), "the receipt names another receiver than the card")
    need(verify_note(body, signatures, [key]), "the receipt is not signed with the key of the card")
    return row, name


def verify_receipt(args):
    row, name = check_receipt(Path(args.place).read_bytes(), Path(args.file).read_bytes())
    print("%s says %s of %s at %s" % (name, row["answer"], row["what"], row["time"]))
    return []


def verify_court(args):
    folder = Path(args.place)
    keys, findings = CourtKeys((folder / "keys").read_bytes()), []
    key, cosigners = args.key or keys.log, args.cosigner or keys.cosigners
    if key.public != keys.log.public:
        findings.append("the key in the folder is not the one that you know")
    if not args.key:
        print("the key of the log is taken from the folder: %s" % keys.log.name)
    # Heads: each must be a beginning of the newest.
    heads = {}
    for path in sorted((folder / "heads").iterdir()):
        if path.suffix != ".consistency":
            head = Head(path.read_bytes()).verify(key)
            head.times = [time for _, time in head.cosigned(cosigners)]
            heads[head.size] = head
    need(heads, "there is no head")
    newest = heads[max(heads)]
    for size, head in heads.items():
        if head is not newest:
            lines, later = proof_parts((folder / "heads" / ("%d.consistency" % size)).read_bytes())
            need(lines[0] == "old %d" % size, "the proof starts from another size")
            need((later.size, later.root) == (newest.size, newest.root), "the proof is of another head")
            verify_consistency(size, head.root, newest.size, newest.root, hash_lines(lines[1:]))
    # Acts.
    proofs = {}
    for path in (folder / "custody").iterdir():
        proof = Proof(path.read_bytes()).verify(key)
        head = heads.get(proof.head.size)
        need(head and head.root == proof.head.root, "%s: proved under another head" % path.name)
        need(proof.act, "%s: the act is not shown" % path.name)
        for who in (proof.act["actor"], proof.act["second"]):
            slot = keys.slots.get(who)
            signed = not who or (slot and proof.signed_by(slot, keys.logs))
            need(signed, "entry %d: not signed by that slot" % proof.index)
        proofs[proof.index] = proof
    item = Item((folder / "item" / "description").read_bytes(), proofs)
    item.check_file(folder / "item" / "file")
    print("the file is the one that was logged: %s" % item.sha256.hex())
    receipts = 0
    if (folder / "receipts").is_dir():
        for place in sorted((folder / "receipts").iterdir()):
            receipt = Item((place / "description").read_bytes(), proofs)
            path = receipt.check_file(place / "file")
            act = proofs[receipt.file_entry].act
            need(act["kind"] == RECEIPT, "entry %d is no receipt" % receipt.file_entry)
            receipts += 1
            if (place / "card").is_file():
                row, name = check_receipt(path.read_bytes(), (place / "card").read_bytes())
                for_it = row["what"] == item.sha256.hex() and row["bytes"] == str(item.size)
                for_it &= bytes.fromhex(row["log"]) in keys.logs
                for_it &= row.get("entry", str(act["prior"])) == str(act["prior"])
                need(for_it, "entry %d: a receipt for something else" % receipt.file_entry)
                print("receipt of %s: %s at %s" % (name, row["answer"], row["time"]))
    opened = 0
    for index, proof in sorted(proofs.items()):
        act = proof.act
        need(act["object"] == item.object or act["kind"] == RECEIPT, "entry %d: of something else" % index)
        if act["kind"] == DISCLOSE:
            opened = act["count"]
        before = max((t for h in heads.values() if h.size <= index for t in h.times), default=None)
        after = min((t for h in heads.values() if h.size > index for t in h.times), default=None)
        print("entry %d: act %d of slot %s" % (index, act["kind"], act["actor"][:8]), end="")
        for word, time in (("not before", before), ("not after", after)):
            if time is not None:
                print(", %s %s" % (word, datetime.fromtimestamp(time, timezone.utc).isoformat()), end="")
        print()
    need(opened == len(proofs), "%d acts were opened, %d are here" % (opened, len(proofs)))
    of_receipts = sum(p.act["kind"] == RECEIPT for p in proofs.values())
    need(of_receipts == 2 * receipts, "a receipt is missing")
    say_cosigned([heads[size] for size in sorted(heads)], cosigners)
    return findings


def main():
    commands = {
        "vault": verify_vault,
        "bundle": verify_bundle,
        "proof": verify_proof,
        "consistency": verify_consistency_file,
        "refusal": verify_refusal,
        "court": verify_court,
        "receipt": verify_receipt,
    }
    parser = argparse.ArgumentParser(description="Verifies the chain of sigilo without sigilo.")
    parser.add_argument("command", choices=sorted(commands))
    parser.add_argument("place")
    parser.add_argument("file", nargs="?")
    parser.add_argument("--key")
    parser.add_argument("--head", action="append", default=[])
    parser.add_argument("--cosigner", action="append", default=[])
    parser.add_argument("--keyring")
    parser.add_argument("--slot-key")
    args = parser.parse_args()
    if args.key is None and args.command in ("proof", "consistency", "refusal"):
        parser.error("--key is needed")
    if (args.file is None) == (args.command in ("consistency", "receipt")):
        parser.error("one file for each command, two for consistency")
    try:
        args.key = Key(args.key) if args.key else None
        args.cosigner = [Key(k) for k in args.cosigner]
        findings = commands[args.command](args)
    except Wrong as e:
        findings = [str(e)]
    except (OSError, sqlite3.Error, LookupError, ValueError, TypeError, AttributeError) as e:
        findings = ["cannot be read: %s" % type(e).__name__]
    for finding in findings:
        print("wrong: %s" % finding)
    if not findings:
        print("sound")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
