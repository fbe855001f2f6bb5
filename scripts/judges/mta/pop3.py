# The POP3 server of a provider who knows one mail: python3 pop3.py PORT FILE. The mail in the file is deleted by emptying it.
import socketserver, sys
mail = sys.argv[2]
class Provider(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda *lines: self.wfile.write("".join(l + "\r\n" for l in lines).encode())
        say("+OK")
        gone = False
        for line in self.rfile:
            words = line.decode().split()
            verb = words[0].upper()
            text = open(mail).read()
            n = 1 if text else 0
            if verb == "STAT": say(f"+OK {n} {len(text)}")
            elif verb == "LIST" and len(words) > 1: say(f"+OK 1 {len(text)}")
            elif verb == "UIDL" and len(words) > 1: say("+OK 1 one")
            elif verb == "LIST": say("+OK", *[f"1 {len(text)}"] * n, ".")
            elif verb == "UIDL": say("+OK", *["1 one"] * n, ".")
            elif verb in ("RETR", "TOP"): say("+OK", *text.splitlines(), ".")
            elif verb == "DELE": gone = True; say("+OK")
            elif verb in ("CAPA", "AUTH", "STLS"): say("-ERR")
            elif verb == "QUIT":
                if gone: open(mail, "w").close()
                say("+OK"); return
            else: say("+OK")
class Server(socketserver.ThreadingTCPServer): allow_reuse_address = True
Server(("127.0.0.1", int(sys.argv[1])), Provider).serve_forever()
