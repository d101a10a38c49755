#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A key's location may be on the web: read from whom the certificate shows, and from nobody else.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams" && pwd)
work=$(mktemp -d)
server=
fail() { echo "FAILED: $*" >&2; exit 1; }
sealift() { "$SEALIFT" --vault "$work/vault" "$@"; }
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

# A certificate for this machine, one that nobody knows, and two servers
for each in server other; do
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost \
        -keyout "$work/$each.key" -out "$work/$each.pem" 2>/dev/null
done
mkdir "$work/site"
cp "$data/keys/raw" "$work/site/key"
head -c 31 "$data/keys/raw" >"$work/site/short"
head -c 5000 /dev/zero >"$work/site/long"
mkfifo "$work/ports"
python3 - "$work" >"$work/ports" <<'PYTHON' &
import functools, http.server, ssl, sys, threading
work = sys.argv[1]
servers = {}

class Site(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if not self.path.startswith("/to/"):
            return super().do_GET()
        scheme, _, path = self.path[len("/to/"):].partition("/")
        self.send_response(302)
        self.send_header("Location", f"{scheme}://localhost:{servers[scheme].server_port}/{path}")
        self.end_headers()

    def log_message(self, *_):
        pass

for scheme in "http", "https":
    servers[scheme] = http.server.ThreadingHTTPServer(
        ("localhost", 0), functools.partial(Site, directory=f"{work}/site"))
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{work}/server.pem", f"{work}/server.key")
servers["https"].socket = context.wrap_socket(servers["https"].socket, server_side=True)
for server in servers.values():
    threading.Thread(target=server.serve_forever).start()
print(servers["http"].server_port, servers["https"].server_port, flush=True)
PYTHON
server=$!
read -r http https <"$work/ports"

"$SEALIFT" init tank --dir "$work/vault"
sealift receive tank/enc <"$data/2.1.11/enc-vol-16k/s1.zfs"
export SSL_CA_CERT_FILE=$work/server.pem

proves() { sealift verify "$@" tank/enc@s1 | grep -q ': proven' || fail "not proven: $*"; }
proves -L "https://localhost:$https/key"
proves -L "http://localhost:$http/key"
proves -L "http://localhost:$http/to/https/key"
sealift set "keylocation=https://localhost:$https/key" tank/enc
proves

# refused CODE TEXT ADDRESS
refused() {
    local code=0
    sealift verify -L "$3" tank/enc@s1 >"$work/out" 2>"$work/why" || code=$?
    [ "$code" = "$1" ] || fail "$3: exit $code, not $1: $(cat "$work/why")"
    grep -q "$2" "$work/why" || fail "$3: no '$2' in: $(cat "$work/why")"
}
refused 1 'status 404' "https://localhost:$https/none"
refused 1 'more than 4096 bytes' "https://localhost:$https/long"
refused 1 "localhost:$https/to/http/key: " "https://localhost:$https/to/http/key"
refused 1 "localhost:$http" "https://localhost:$http/key"
refused 1 'certificate' "https://127.0.0.1:$https/key"
SSL_CA_CERT_FILE=$work/other.pem refused 1 'certificate' "https://localhost:$https/key"
code=0
sealift verify -L "https://localhost:$https/short" tank/enc@s1 >/dev/null 2>"$work/why" || code=$?
[ "$code" != 0 ] || fail "31 bytes are a key"
