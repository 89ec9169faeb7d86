#!/bin/sh
# Makes what the two machines show each other: an authority of the clinic's own, and for each name a folder with the files
# that belong in /etc/intake/logs of that machine. First the name of the collector, then that of the machine with intake.
#
#     sh certificates.sh logs.example.org intake.example.org
#
# Needs openssl 3. Run it again in the same folder before the two years are over. authority.key belongs on neither machine:
# whoever has it can be either of them.
set -eu
umask 077
[ $# -gt 1 ] || { echo "Both names, the collector's first: sh $0 logs.example.org intake.example.org" >&2; exit 2; }

new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
[ -e authority.key ] || openssl req -x509 $new -days 3650 -subj "/CN=The clinic's log authority" \
    -keyout authority.key -out authority.pem

# The collector's is over first: then lines wait. Where the sender's own is over, what it sends is lost.
days=730
for name in "$@"; do
    mkdir -p "$name"
    openssl req -x509 -CA authority.pem -CAkey authority.key $new -days $days -subj "/CN=$name" \
        -addext "subjectAltName=DNS:$name" -addext "basicConstraints=critical,CA:FALSE" \
        -keyout "$name/machine.key" -out "$name/machine.pem"
    cp authority.pem "$name"
    echo "$name: $(openssl x509 -in "$name/machine.pem" -noout -enddate | sed 's/notAfter=/good until /')"
    days=760
done
