#!/usr/bin/env python3
"""Fills mailboxes with odd mails, and compares what programs have made of them.

mails.py make FOLDER                    writes the mails, one a file, with CRLF
mails.py fill PORT USER FOLDER          appends them to the inbox by IMAP
mails.py same FOLDER OTHER...           compares them with those of other folders together
mails.py python IMAPPORT POP3PORT USER FOLDER   reads and changes a mailbox with imaplib and poplib
"""
import collections, imaplib, os, poplib, re, sys

# Fields that programs add on the way, and no line of the mails has.
poplib._MAXLINE = 100000  # lines may be longer than its 2,048

ADDED = re.compile(rb"(?im)^(x-tuid|received|return-path|delivered-to|status|x-status|x-keywords|x-uid|x-offlineimap|content-length|lines|x-getmail-[^:]*): ?.*\n([ \t].*\n)*")


def mails():
    head = "From: Carol <carol@example.org>\nTo: alice@example.com\nDate: Mon, 23 Nov 2026 09:00:%02d +0100\nMessage-ID: <%d@example.org>\nSubject: %s\n"
    bodies = [
        ("plain", "", "Hello\n"),
        ("no end of line", "", "Hello"),
        ("dots", "", ".\n..\n.a\n...\nend\n"),
        ("empty", "", ""),
        ("only blank lines", "", "\n\n\n"),
        ("From lines", "", "From here\n>From there\n"),
        ("long line", "", "x" * 5000 + "\nend\n"),
        ("eight bits", "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n", "Gr\u00fc\u00dfe \u20ac\n"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "X-Folded: a\n\tb\n  c\n", "folded\n"),
        ("blanks at the ends ", "", "a \n\tb\t\n \n"),
        ("parts", 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n',
         "preamble\n--b\nContent-Type: text/plain\n\ntext\n--b\nContent-Type: message/rfc822\n\nSubject: inner\n\ninner\n--b\n"
         "Content-Type: application/octet-stream; name=x\nContent-Transfer-Encoding: base64\n\nAAEC\n--b--\nepilogue\n"),
        ("large", "", "".join("line %d of a large mail\n" % i for i in range(20000))),
    ]
    for n, (subject, more, body) in enumerate(bodies):
        yield ((head % (n, n, subject)) + more + "\n" + body).encode().replace(b"\n", b"\r\n")


def read(folder):
    return [open(os.path.join(folder, name), "rb").read() for name in sorted(os.listdir(folder))]


def bare(mail):
    """A mail with LF, without what programs add."""
    mail = mail.replace(b"\r\n", b"\n")
    head, empty, body = mail.partition(b"\n\n")
    return ADDED.sub(b"", head + b"\n") + empty[:1] + body.rstrip(b"\n")


def same(folder, others):
    wanted = collections.Counter(map(bare, read(folder)))
    got = collections.Counter(bare(mail) for other in others for mail in read(other))
    for mail in (wanted - got) + (got - wanted):
        sys.exit("%s: a mail is %s: %.700r" % (others, "missing" if wanted[mail] > got[mail] else "not to be there", mail))


def fill(port, user, folder):
    imap = imaplib.IMAP4("127.0.0.1", int(port))
    imap.login(user, "secret")
    for n, mail in enumerate(read(folder)):
        ok(imap.append("INBOX", r"(\Seen)" if n % 3 == 0 else None, None, mail))
    imap.logout()


def ok(answer):
    if answer[0] != "OK":
        sys.exit("the answer is %r" % (answer,))
    return answer[1]


def check(what, got, want):
    if got != want:
        sys.exit("%s: %.700r instead of %.700r" % (what, got, want))


def python(imap_port, pop3_port, user, folder):
    wanted = read(folder)
    imap = imaplib.IMAP4("127.0.0.1", int(imap_port))
    imap.login(user, "secret")
    check("number of mails", int(ok(imap.select("INBOX"))[0]), len(wanted))
    for n, mail in enumerate(wanted):
        check("mail %d" % n, ok(imap.fetch(str(n + 1), "(BODY.PEEK[])"))[0][1], mail)
        check("size of mail %d" % n, b"RFC822.SIZE %d" % len(mail) in ok(imap.fetch(str(n + 1), "(RFC822.SIZE)"))[0], True)
    check("a search", ok(imap.search(None, "SUBJECT", '"large"'))[0], b"%d" % len(wanted))
    check("another one", ok(imap.search(None, "BODY", "folded"))[0], b"9")
    ok(imap.create("Copies/mails"))
    ok(imap.copy("1:3", "Copies/mails"))
    ok(imap.store("2", "+FLAGS.SILENT", r"(\Deleted)"))
    check("expunged", ok(imap.expunge()), [b"2"])
    check("number after it", int(ok(imap.select("Copies/mails"))[0]), 3)
    check("a copy", ok(imap.fetch("2", "(BODY.PEEK[])"))[0][1], wanted[1])
    check("sorted", ok(imap.sort("(REVERSE DATE)", "UTF-8", "ALL"))[0], b"3 2 1")
    ok(imap.rename("Copies", "Moved"))
    ok(imap.unselect())
    ok(imap.delete("Moved/mails"))
    ok(imap.delete("Moved"))
    imap.logout()
    wanted = wanted[:1] + wanted[2:]
    pop3 = poplib.POP3("127.0.0.1", int(pop3_port))
    pop3.user(user)
    pop3.pass_("secret")
    check("number by POP3", pop3.stat(), (len(wanted), sum(map(len, wanted))))
    for n, mail in enumerate(wanted):
        # What does not end with a line end gets one (RFC 1939 3), which the library takes off from all.
        check("mail %d by POP3" % n, b"\r\n".join(pop3.retr(n + 1)[1]), mail.removesuffix(b"\r\n"))
    check("its header and a line", pop3.top(1, 1)[1][-2:], [b"", b"Hello"])
    uid = pop3.uidl()[1][-1].split()[1]
    pop3.dele(1)
    pop3.quit()
    pop3 = poplib.POP3("127.0.0.1", int(pop3_port))
    pop3.user(user)
    pop3.pass_("secret")
    check("number after a deletion", pop3.stat()[0], len(wanted) - 1)
    check("the last id", pop3.uidl()[1][-1].split()[1], uid)
    pop3.quit()


def main():
    command, *args = sys.argv[1:]
    if command == "make":
        os.makedirs(args[0])
        for n, mail in enumerate(mails()):
            with open(os.path.join(args[0], "%02d" % n), "wb") as f:
                f.write(mail)
    elif command == "same":
        same(args[0], args[1:])
    else:
        {"fill": fill, "python": python}[command](*args)


main()
