"""A session by Python's own IMAP client. Prints what it saw as JSON; the password and the token come by standard input."""

import imaplib
import json
import ssl
import sys
import time

given = json.load(sys.stdin)
imaplib.Debug = 0
context = ssl.create_default_context(cafile=given["caFile"])


def connect():
    return imaplib.IMAP4_SSL("localhost", given["port"], ssl_context=context)


seen = {}

refused = connect()
try:
    refused.login(given["user"], "wrong")
except imaplib.IMAP4.error as error:
    seen["wrong password"] = str(error)
refused.logout()

by_token = connect()
blob = f"user={given['user']}\1auth=Bearer {given['token']}\1\1".encode()
seen["token"] = by_token.authenticate("XOAUTH2", lambda _: blob)[0]
by_token.logout()

client = connect()
client.login(given["user"], given["password"])
seen["capabilities"] = "MOVE" in client.capability()[1][0].decode().split()
seen["folders"] = sorted(line.decode().split(' "/" ')[1].strip('"') for line in client.list()[1])

letter = b"From: a@example.org\r\nSubject: from Python\r\nMessage-ID: <py@example.org>\r\n\r\n" + b"line\r\n" * 20000
when = imaplib.Time2Internaldate(time.mktime((2020, 1, 2, 3, 4, 5, 0, 0, 0)))
seen["append"] = client.append("INBOX", r"(\Flagged)", when, letter)[0]
seen["select"] = client.select("INBOX")
seen["search"] = client.uid("SEARCH", None, "SUBJECT", '"from Python"')[1][0]
status, parts = client.uid("FETCH", "1", "(FLAGS INTERNALDATE BODY.PEEK[])")
seen["whole"] = parts[0][1] == letter
seen["date kept"] = imaplib.Internaldate2tuple(parts[0][0]) is not None
seen["flags"] = sorted(flag.decode() for flag in imaplib.ParseFlags(parts[0][0] + parts[1]))
seen["store"] = client.store("1", "+FLAGS", r"(\Seen)")[1]
seen["copy"] = client.copy("1", "Archive")[0]
seen["create"] = client.create('"Projects &- more"')[0]
seen["status"] = client.status("Archive", "(MESSAGES UNSEEN)")[1]
client.store("1", "+FLAGS", r"(\Deleted)")
seen["expunge"] = client.expunge()[1]
seen["close"] = client.close()[0]
seen["logout"] = client.logout()[0]
print(json.dumps(seen, default=lambda value: value.decode()))
