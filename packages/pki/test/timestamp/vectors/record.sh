#!/bin/sh
# Records the vectors of this folder with `openssl ts` (recorded with OpenSSL 3.0). Tests read what it left here and run nothing.
# Usage: record.sh <folder of queries>, made by queries.ts; the keys are thrown away.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
queries=$(cd "$1" && pwd)
work=$(mktemp -d)
cd "$work"

cat > ca.cnf <<'CNF'
[ root ]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[ ca ]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ tsa ]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CNF

# certificate <name> <issuer> <extensions> <serial> <key options…>
certificate() {
  name=$1 issuer=$2 extensions=$3 serial=$4
  shift 4
  openssl genpkey "$@" -out "$name.key" 2>/dev/null
  openssl req -new -key "$name.key" -subj "/C=CH/O=Example/CN=Recorded $extensions" -out "$name.csr"
  if [ "$issuer" = self ]; then
    openssl x509 -req -in "$name.csr" -signkey "$name.key" -set_serial "$serial" -days 3650 -extfile ca.cnf -extensions "$extensions" -out "$name.crt" 2>/dev/null
  else
    openssl x509 -req -in "$name.csr" -CA "$issuer.crt" -CAkey "$issuer.key" -set_serial "$serial" -days 3650 -extfile ca.cnf -extensions "$extensions" -out "$name.crt" 2>/dev/null
  fi
}
certificate root self root 1 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
certificate ca root ca 2 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
certificate tsa ca tsa 3 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
# Same names and serial numbers, other keys: what somebody without a key could put into a token.
certificate forged-root self root 1 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
certificate forged-ca forged-root ca 2 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
certificate forged-tsa forged-ca tsa 3 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
certificate rsa-root self root 1 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
certificate rsa-tsa rsa-root tsa 3 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
cat forged-tsa.crt forged-ca.crt ca.crt > forged-bag.crt

# config <file> <signer> <bag> <ess_cert_id_alg> <more…>
config() {
  file=$1 signer=$2 bag=$3 ess=$4
  shift 4
  {
    printf '[ tsa ]\ndefault_tsa = one\n[ one ]\nserial = %s/serial\ncrypto_device = builtin\n' "$work"
    printf 'signer_cert = %s.crt\nsigner_key = %s.key\nsigner_digest = sha256\n' "$signer" "$signer"
    [ -z "$bag" ] || printf 'certs = %s\n' "$bag"
    printf 'default_policy = 1.2.3.4.1\ness_cert_id_alg = %s\n' "$ess"
    [ "$file" = few.cnf ] || printf 'digests = sha256, sha384, sha512\n'
    for line in "$@"; do printf '%s\n' "$line"; done
  } > "$file"
}
echo 01 > serial
reply() { openssl ts -reply -config "$1" -queryfile "$queries/$2.tsq" -out "$here/$3.tsr" 2>/dev/null || true; }

config ec.cnf tsa ca.crt sha256
for hash in sha256 sha384 sha512; do reply ec.cnf "$hash" "ec-$hash"; done
config exact.cnf tsa ca.crt sha512 'accuracy = secs:1, millisecs:500, microsecs:100' 'clock_precision_digits = 3' 'ordering = yes' 'tsa_name = yes' 'ess_cert_id_chain = yes'
reply exact.cnf sha256 exact
config forged.cnf tsa forged-bag.crt sha256
reply forged.cnf sha256 forged-in-bag
config v1.cnf tsa ca.crt sha1
reply v1.cnf sha256 signing-certificate-v1
config rsa.cnf rsa-tsa '' sha256
reply rsa.cnf sha256 rsa
config few.cnf tsa ca.crt sha256 'digests = sha256'
reply few.cnf sha512 rejected-algorithm
reply ec.cnf policy rejected-policy
for root in root rsa-root forged-root; do openssl x509 -in "$root.crt" -outform DER -out "$here/$root.der"; done
rm -r "$work"
