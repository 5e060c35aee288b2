package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/notaryproject/notation-core-go/signature"
	_ "github.com/notaryproject/notation-core-go/signature/cose"
	_ "github.com/notaryproject/notation-core-go/signature/jws"
)

// format is one kind of envelope: what its files are called, and how a character or byte in the middle of a signature is found.
type format struct {
	extension string
	mediaType string
	signature func(envelope []byte) int
}

var formats = map[string]format{
	"verify-jws": {"jws", "application/jose+json", func(envelope []byte) int {
		marker := []byte(`"signature":"`)
		return bytes.Index(envelope, marker) + len(marker) + 20
	}},
	// The signature is the last member of a COSE_Sign1.
	"verify-cose": {"cose", "application/cose", func(envelope []byte) int { return len(envelope) - 20 }},
}

// verifier loads every envelope of the folder. Operation i parses and verifies one of them: integrity, attributes and the
// rules of the certificate chain; what trust stores and policies add is not in this library.
func verifier(mode, folder string) (func(i int) error, error) {
	format := formats[mode]
	paths, err := filepath.Glob(filepath.Join(folder, "*."+format.extension))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no *.%s in %s (%v)", format.extension, folder, err)
	}
	envelopes := make([][]byte, len(paths))
	for i, path := range paths {
		if envelopes[i], err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	if verify(format.mediaType, tampered(envelopes[0], format.signature(envelopes[0]))) == nil {
		return nil, fmt.Errorf("a tampered %s was accepted", paths[0])
	}
	return func(i int) error { return verify(format.mediaType, envelopes[i%len(envelopes)]) }, nil
}

func verify(mediaType string, envelope []byte) error {
	parsed, err := signature.ParseEnvelope(mediaType, envelope)
	if err != nil {
		return err
	}
	_, err = parsed.Verify()
	return err
}

// tampered changes what stands at one place, so that it stays a character of base64url.
func tampered(envelope []byte, at int) []byte {
	changed := bytes.Clone(envelope)
	if changed[at] == 'A' {
		changed[at] = 'B'
	} else {
		changed[at] = 'A'
	}
	return changed
}
