"""Relays that fail in every way: aiosmtpd behind names and addresses that say what is to go wrong.

    relay.py FOLDER NAME=PORT...

FOLDER has trusted.pem and foreign.pem, each with key and certificate. Each NAME is one of RAW, whose connection fails before a mail can be
named, or a relay with TLS and AUTH:

    untrusted      has a certificate that nobody trusts
    auth-4, auth-5, auth-drop  refuse the password, for now or for ever, or drop the connection
    no-starttls    does not know STARTTLS
    good           takes the mail, unless an address says otherwise

An address like dot-4@example.net says at which step (mail, for senders; rcpt, data and dot, for recipients) something goes wrong and what:
4 is a temporary refusal, drop the end of the connection and slow an answer that comes late, each the first time alone; 5 is a refusal
each time.

What has gone wrong is written to FOLDER/failed, and each recipient of a mail that was taken to FOLDER/taken, with subject, Message-ID
and the answer that was sent.
"""

import asyncio
import email
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

DROP = None
GREETING, EHLO, TLS = "220 relay.example ESMTP", "250-relay.example\r\n250 STARTTLS", "220 go ahead"

# RAW are the answers to the connection, to EHLO and to STARTTLS; after the last one everything is refused.
RAW = {
    "connect-drop": [DROP],
    "connect-4": ["421 4.3.2 too busy"],
    "connect-5": ["554 5.3.2 no service"],
    "ehlo-drop": [GREETING, DROP],
    "ehlo-4": [GREETING, "451 4.3.0 not now"],
    "ehlo-5": [GREETING, "550 5.7.1 go away"],
    "starttls-drop": [GREETING, EHLO, DROP],
    "starttls-4": [GREETING, EHLO, "454 4.7.0 no TLS for now"],
    "starttls-5": [GREETING, EHLO, "550 5.7.1 no TLS for you"],
    "handshake-drop": [GREETING, EHLO, TLS, DROP],
}


class Log:
    """Writes to the files in the folder."""

    def __init__(self, folder):
        self.folder = folder

    def write(self, name, *fields):
        with open(f"{self.folder}/{name}", "a", encoding="utf-8") as f:
            print(*fields, sep="\t", file=f)


class Raw:
    """A relay that fails before it knows a mail."""

    def __init__(self, name, log):
        self.name, self.log = name, log

    async def serve(self, reader, writer):
        answers = list(RAW[self.name])
        try:
            while answers:
                answer = answers.pop(0)
                if answer is not DROP:
                    writer.write((answer + "\r\n").encode())
                    await writer.drain()
                if not answers:
                    self.log.write("failed", self.name)
                if answer is DROP:
                    break
                if answer != TLS and not await reader.readline():
                    break
                while not answers and answer is not DROP:
                    writer.write(b"503 5.5.1 not after that\r\n")
                    await writer.drain()
                    if not await reader.readline():
                        break
        except ConnectionError:
            pass  # the client has given up, as it should
        writer.close()


class Failing:
    """What goes wrong by the addresses of a mail."""

    def __init__(self, name, log):
        self.name, self.log, self.once = name, log, set()

    async def fails(self, server, step, addresses):
        """Says which answer takes the place of the usual one: a text, DROP, or "" for none."""
        for address in addresses:
            local = address.split("@")[0]
            if not local.startswith(step + "-"):
                continue
            way = local.rsplit("-", 1)[1]
            if way != "5" and local in self.once:
                continue
            self.once.add(local)
            self.log.write("failed", local)
            if way == "drop":
                server.transport.abort()
                return DROP
            if way == "slow":
                await asyncio.sleep(3)
                continue
            return {"4": "451 4.3.0 not now", "5": "550 5.7.1 never"}[way]
        return ""

    async def handle_MAIL(self, server, session, envelope, address, options):
        answer = await self.fails(server, "mail", [address])
        if answer == "":
            envelope.mail_from = address
            return "250 2.1.0 OK"
        return answer or "421 4.3.0 the connection is gone"

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = await self.fails(server, "rcpt", [address])
        if answer == "":
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        return answer or "421 4.3.0 the connection is gone"

    async def handle_DATA(self, server, session, envelope):
        answer = await self.fails(server, "dot", envelope.rcpt_tos)
        mail = email.message_from_bytes(envelope.content)
        if answer == "" or answer is DROP:  # it has the mail, whether or not it can say so
            for address in envelope.rcpt_tos:
                self.log.write("taken", address, mail["Subject"], mail["Message-ID"], "no answer" if answer is DROP else "250")
        return "250 2.0.0 taken" if answer == "" else answer or "421 4.3.0 the connection is gone"

    def authenticate(self, server, session, envelope, mechanism, data):
        way = self.name.rpartition("-")[2] if self.name.startswith("auth-") else ""
        if way:
            self.log.write("failed", self.name)
        if way == "drop":
            server.transport.abort()
        refusal = {"4": "454 4.7.0 not now", "5": "535 5.7.8 no", "drop": "421 4.3.0 the connection is gone"}.get(way)
        if refusal is None and (data.login, data.password) != (b"groupware", b"open sesame"):
            refusal = "535 5.7.8 wrong password"
        return AuthResult(success=refusal is None, handled=False, message=refusal, auth_data=data)


class Relay(SMTP):
    """One that can fail at DATA too."""

    async def smtp_DATA(self, arg):
        answer = await self.event_handler.fails(self, "data", self.envelope.rcpt_tos)
        if answer == "":
            await super().smtp_DATA(arg)
        elif answer is not DROP:
            await self.push(answer)


class Starter(Controller):
    def factory(self):
        return Relay(self.handler, **self.SMTP_kwargs)


def start(folder, name, port, log):
    handler = Failing(name, log)
    options = {}
    if name != "no-starttls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/{'foreign' if name == 'untrusted' else 'trusted'}.pem")
        options = {"tls_context": context, "require_starttls": True, "authenticator": handler.authenticate, "auth_required": True}
    Starter(handler, hostname="127.0.0.1", port=port, **options).start()


async def main(folder, *relays):
    log = Log(folder)
    for relay in relays:
        name, port = relay.split("=")
        if name in RAW:
            await asyncio.start_server(Raw(name, log).serve, "127.0.0.1", int(port))
        else:
            start(folder, name, int(port), log)
    log.write("ready")
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
