set -e
cat > ca.cnf <<'C'
[ca]
default_ca = authority
[authority]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_crl_days = 30
policy = anything
unique_subject = no
[anything]
commonName = supplied
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
authorityInfoAccess = OCSP;URI:http://ocsp.vector.example/
crlDistributionPoints = URI:http://crl.vector.example/ca.crl
[responder]
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
[plain]
keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
[full]
authorityKeyIdentifier = keyid
[with_delta]
authorityKeyIdentifier = keyid
freshestCRL = URI:http://crl.vector.example/delta.crl
[delta]
authorityKeyIdentifier = keyid
2.5.29.27 = critical,ASN1:INTEGER:0x10
[partition]
issuingDistributionPoint = critical,@point
[point]
fullname = URI:http://crl.vector.example/ca.crl
onlyuser = TRUE
[cas]
issuingDistributionPoint = critical,@authorities
[authorities]
onlyCA = TRUE
C
key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }
cert() { # name section
  key $1; openssl req -new -key $1.key -subj /CN=$1 -config ca.cnf -out $1.csr
  openssl ca -batch -notext -config ca.cnf -extensions $2 -days 3650 -in $1.csr -out $1.pem; }
crl() { # name section [more]
  openssl ca -gencrl -config ca.cnf -crlexts $2 -out $1.pem ${@:3}; openssl crl -in $1.pem -outform DER -out $1.crl; }
answer() { # name certificate signer [more]
  openssl ocsp -issuer ca.pem -cert $2.pem -no_nonce -reqout $1.req
  openssl ocsp -index index.txt -CA ca.pem -rsigner $3.pem -rkey $3.key -rmd sha256 -reqin $1.req -respout $1.ocsp ${@:4} ; }
: > index.txt; echo 1000 > serial; echo 10 > crlnumber
key ca; openssl req -x509 -new -key ca.key -subj '/CN=Vector CA' -config ca.cnf -extensions root -days 7300 -out ca.pem
for name in good revoked compromised held stranger; do cert $name leaf; done
cert responder responder; cert plain plain
cp index.txt fresh.txt
openssl ca -config ca.cnf -revoke revoked.pem -crl_reason superseded
openssl ca -config ca.cnf -revoke compromised.pem -crl_compromise 20261101000000Z
openssl ca -config ca.cnf -revoke held.pem -crl_hold holdInstructionCallIssuer
crl base with_delta          # number 0x10
crl full full                # 0x11
crl partition partition      # 0x12
crl cas cas                  # 0x13
openssl ca -gencrl -config ca.cnf -crlexts '' -crldays 30 -out v1.pem 2>/dev/null || true
# the delta has a database of its own: the hold is removed, and 'good' is revoked
cp index.txt full-index.txt; sleep 2; cp fresh.txt index.txt
openssl ca -config ca.cnf -revoke held.pem -crl_reason removeFromCRL
openssl ca -config ca.cnf -revoke good.pem -crl_reason keyCompromise
crl delta delta              # 0x14
cp full-index.txt index.txt; sed -i /CN=stranger/d index.txt
answer by-issuer good ca -ndays 30
answer by-key good ca -ndays 30 -resp_key_id
answer revoked revoked ca -ndays 30
answer compromised compromised ca -ndays 30
answer unknown stranger ca -ndays 30
answer delegated good responder -ndays 30
answer delegated-revoked revoked responder -ndays 30
answer not-appointed good plain -ndays 30
answer without-next-update good ca
for name in ca good revoked compromised held stranger; do openssl x509 -in $name.pem -outform DER -out $name.cer; done
