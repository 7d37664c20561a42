"""Ready targets for common services; ``certbot-sectigo deploy --example NAME`` prints them."""

from __future__ import annotations

_HEAD = """\
# One [[target]] for each place a certificate goes to.
# Look at it without changing anything: certbot-sectigo deploy --dry-run
"""
_RECEIVING = """\
# On a host that a certificate machine serves: /etc/certbot-sectigo/receive.toml
# What no target here asks for is refused.
"""

EXAMPLES = {
    "haproxy": """\
# sudo install -d -m 750 -g haproxy /etc/haproxy/certs
[[target]]
name = "haproxy"
cert_name = "www.example.org"
format = "bundle"                    # the chain, then the key, in one file
path = "/etc/haproxy/certs/www.pem"
owner = "root"
group = "haproxy"
mode = "0640"
test = ["haproxy", "-c", "-f", "/etc/haproxy/haproxy.cfg"]
reload = ["systemctl", "reload", "haproxy"]
connect = "localhost:443"            # compared with what is served
""",
    "nginx": """\
# sudo install -d -m 755 /etc/nginx/tls
[[target]]
name = "nginx"
cert_name = "www.example.org"
format = "files"
fullchain = "/etc/nginx/tls/www.crt"
privkey = "/etc/nginx/tls/www.key"
owner = "root"
group = "root"
mode = "0600"
public_mode = "0644"
test = ["nginx", "-t"]
reload = ["systemctl", "reload", "nginx"]
connect = "localhost:443"
""",
    "tomcat": """\
[[target]]
name = "tomcat"
cert_name = "www.example.org"
format = "pkcs12"
path = "/etc/tomcat10/www.p12"
password_file = "/etc/tomcat10/www.p12.pass"
generate_password = true             # made once; put it into server.xml
alias = "tomcat"
encryption = "modern"                # "legacy" for Java before 8u301
owner = "root"
group = "tomcat"
mode = "0640"
reload = ["systemctl", "restart", "tomcat10"]
timeout = 120
""",
    "postfix": """\
# sudo install -d -m 700 /etc/postfix/tls
[[target]]
name = "postfix"
cert_name = "mail.example.org"
format = "bundle"                    # smtpd_tls_chain_files wants the key first
order = ["privkey", "fullchain"]
path = "/etc/postfix/tls/mail.pem"
owner = "root"
group = "root"
mode = "0600"
test = ["postfix", "check"]
reload = ["systemctl", "reload", "postfix"]
""",
    "freeradius": """\
[[target]]
name = "freeradius"
cert_name = "radius.example.org"
format = "files"
fullchain = "/etc/freeradius/3.0/certs/radius.pem"
privkey = "/etc/freeradius/3.0/certs/radius.key"
owner = "root"
group = "freerad"
mode = "0640"
public_mode = "0644"
test = ["freeradius", "-C"]
reload = ["systemctl", "restart", "freeradius"]   # a reload does not read certificates again
""",
    "ssh": """\
[[target]]                           # on a certificate machine, for each host it serves
name = "web1"
cert_name = "www.example.org"
format = "ssh"
ssh = "certs@web1.example.org"
identity_file = "/root/.ssh/certificate-machine"
""",
    "receive": """\
[[target]]
name = "haproxy"
domains = ["www.example.org"]        # these and no other names
format = "bundle"
path = "/etc/haproxy/certs/www.pem"
owner = "root"
group = "haproxy"
mode = "0640"
test = ["haproxy", "-c", "-f", "/etc/haproxy/haproxy.cfg"]
reload = ["systemctl", "reload", "haproxy"]
connect = "localhost:443"
""",
}


def example(name: str) -> str:
    """Return a deploy file with one target.

    :raises KeyError: there is no such example.
    """
    return f"{_RECEIVING if name == 'receive' else _HEAD}\n{EXAMPLES[name]}"
