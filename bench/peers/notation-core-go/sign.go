package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/notaryproject/notation-core-go/signature"
	"github.com/notaryproject/notation-core-go/signature/jws"
)

const payload = `{"targetArtifact":{"digest":"sha256:%064x","mediaType":"application/vnd.oci.image.manifest.v1+json","size":%d}}`

// signer signs another payload in every operation, with a key and a chain that are parsed once.
func signer(folder string) (func(i int) error, error) {
	local, err := localSigner(folder)
	if err != nil {
		return nil, err
	}
	return func(i int) error {
		_, err := jws.NewEnvelope().Sign(&signature.SignRequest{
			Payload: signature.Payload{
				ContentType: "application/vnd.cncf.notary.payload.v1+json",
				Content:     fmt.Appendf(nil, payload, i, 1000+i),
			},
			Signer:        local,
			SigningTime:   time.Now(),
			SigningScheme: signature.SigningSchemeX509,
			SigningAgent:  "bench/1.0.0",
		})
		return err
	}, nil
}

func localSigner(folder string) (signature.Signer, error) {
	text, err := os.ReadFile(filepath.Join(folder, "key.pem"))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("key.pem holds no PEM block")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	rest, err := os.ReadFile(filepath.Join(folder, "chain.pem"))
	if err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for block, rest = pem.Decode(rest); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain = append(chain, certificate)
	}
	return signature.NewLocalSigner(chain, key)
}
