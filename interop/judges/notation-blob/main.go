// Judges a detached signature of a blob with notation-core-go: neither the notation command nor notation-go of this generation can.
//
//	notation-blob ENVELOPE MEDIA-TYPE BLOB ROOT
//
// ENVELOPE is the file of a signature, MEDIA-TYPE application/jose+json or application/cose, BLOB the file that was signed, ROOT the
// trusted root certificate (PEM or DER). The envelope must verify by the library's rules, its chain must end in exactly that root and
// be valid now, its payload must be a Notary payload that has not expired, whose digest, made with the hash that the signing key
// prescribes, and whose size are those of the blob.
//
// Exit code 0 and a line of JSON about what was signed when all of it holds; 1 and a line on standard error when not; 2 for wrong use.
package main

import (
	"bytes"
	"crypto"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"time"

	"github.com/notaryproject/notation-core-go/signature"
	_ "github.com/notaryproject/notation-core-go/signature/cose"
	_ "github.com/notaryproject/notation-core-go/signature/jws"
)

const payloadType = "application/vnd.cncf.notary.payload.v1+json"

// descriptor is the payload's targetArtifact.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// verdict is the one line of output.
type verdict struct {
	TargetArtifact descriptor `json:"targetArtifact"`
	Scheme         string     `json:"scheme"`
	Signer         string     `json:"signer"`
	SigningTime    time.Time  `json:"signingTime"`
}

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: notation-blob ENVELOPE MEDIA-TYPE BLOB ROOT")
		os.Exit(2)
	}
	result, err := judge(os.Args[1], os.Args[2], os.Args[3], os.Args[4])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "notation-blob:", err)
		os.Exit(1)
	}
}

func judge(envelopePath, mediaType, blobPath, rootPath string) (*verdict, error) {
	envelope, err := os.ReadFile(envelopePath)
	if err != nil {
		return nil, err
	}
	blob, err := os.ReadFile(blobPath)
	if err != nil {
		return nil, err
	}
	root, err := certificate(rootPath)
	if err != nil {
		return nil, err
	}
	parsed, err := signature.ParseEnvelope(mediaType, envelope)
	if err != nil {
		return nil, err
	}
	content, err := parsed.Verify()
	if err != nil {
		return nil, err
	}
	signer := content.SignerInfo
	if err := checkTrust(&signer, root, time.Now()); err != nil {
		return nil, err
	}
	target, err := checkBlob(content, blob)
	if err != nil {
		return nil, err
	}
	return &verdict{
		TargetArtifact: *target,
		Scheme:         string(signer.SignedAttributes.SigningScheme),
		Signer:         signer.CertificateChain[0].Subject.String(),
		SigningTime:    signer.SignedAttributes.SigningTime,
	}, nil
}

// certificate reads one certificate, PEM or DER.
func certificate(path string) (*x509.Certificate, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(bytes); block != nil {
		bytes = block.Bytes
	}
	return x509.ParseCertificate(bytes)
}

func checkTrust(signer *signature.SignerInfo, root *x509.Certificate, now time.Time) error {
	chain := signer.CertificateChain
	if !bytes.Equal(chain[len(chain)-1].Raw, root.Raw) {
		return fmt.Errorf("the chain ends in %q, which is not the trusted root", chain[len(chain)-1].Subject)
	}
	for _, one := range chain {
		if now.Before(one.NotBefore) || now.After(one.NotAfter) {
			return fmt.Errorf("the certificate of %q is not valid now", one.Subject)
		}
	}
	if expiry := signer.SignedAttributes.Expiry; !expiry.IsZero() && !now.Before(expiry) {
		return fmt.Errorf("the signature has expired at %s", expiry.Format(time.RFC3339))
	}
	return nil
}

func checkBlob(content *signature.EnvelopeContent, blob []byte) (*descriptor, error) {
	if content.Payload.ContentType != payloadType {
		return nil, fmt.Errorf("the payload is of type %q", content.Payload.ContentType)
	}
	var payload struct {
		TargetArtifact descriptor `json:"targetArtifact"`
	}
	if err := json.Unmarshal(content.Payload.Content, &payload); err != nil {
		return nil, err
	}
	target := &payload.TargetArtifact
	digest, err := digestOf(blob, content.SignerInfo.SignatureAlgorithm.Hash())
	if err != nil {
		return nil, err
	}
	if target.Digest != digest {
		return nil, fmt.Errorf("the signature is for %s, the blob has %s", target.Digest, digest)
	}
	if target.Size != int64(len(blob)) {
		return nil, fmt.Errorf("the signature is for %d bytes, the blob has %d", target.Size, len(blob))
	}
	return target, nil
}

// digestOf is the digest by the hash that the signing key prescribes (the specification's blob signing, and its table of algorithms).
func digestOf(blob []byte, hash crypto.Hash) (string, error) {
	names := map[crypto.Hash]string{crypto.SHA256: "sha256", crypto.SHA384: "sha384", crypto.SHA512: "sha512"}
	name, known := names[hash]
	if !known {
		return "", fmt.Errorf("there is no digest for hash %v", hash)
	}
	hasher := hash.New()
	hasher.Write(blob)
	return name + ":" + hex.EncodeToString(hasher.Sum(nil)), nil
}
