"""A mail server: smtp_server.py PORT plain|starttls|tls [CERTIFICATE KEY]; prints each mail as a line of JSON."""
import json
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

port, mode = int(sys.argv[1]), sys.argv[2]


class Handler:
    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "text": envelope.content.decode().replace("\r\n", "\n"),
            "encrypted": session.ssl is not None or mode == "tls",
            "user": session.auth_data,
            "helo": session.host_name,
        }), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data == LoginPassword(b"low", b"sesame")
    return AuthResult(success=good, handled=False, auth_data="low")


context = None
if mode != "plain":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
controller = Controller(
    Handler(),
    hostname="127.0.0.1",
    port=port,
    ssl_context=context if mode == "tls" else None,
    tls_context=context if mode == "starttls" else None,
    require_starttls=mode == "starttls",
    auth_required=mode != "plain",
    auth_require_tls=mode == "starttls",
    authenticator=authenticate,
)
controller.start()
print("ready", flush=True)
threading.Event().wait()
