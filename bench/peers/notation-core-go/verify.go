package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/notaryproject/notation-core-go/signature/jws"
)

// verifier loads every envelope of the folder. Operation i parses and verifies one of them: integrity, attributes and the
// rules of the certificate chain; what trust stores and policies add is not in this library.
func verifier(folder string) (func(i int) error, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.jws"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no *.jws in %s (%v)", folder, err)
	}
	envelopes := make([][]byte, len(paths))
	for i, path := range paths {
		if envelopes[i], err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	if verify(tampered(envelopes[0])) == nil {
		return nil, fmt.Errorf("a tampered %s was accepted", paths[0])
	}
	return func(i int) error { return verify(envelopes[i%len(envelopes)]) }, nil
}

func verify(envelope []byte) error {
	parsed, err := jws.ParseEnvelope(envelope)
	if err != nil {
		return err
	}
	_, err = parsed.Verify()
	return err
}

// tampered changes one character in the middle of the signature.
func tampered(envelope []byte) []byte {
	changed := bytes.Clone(envelope)
	at := bytes.Index(changed, []byte(`"signature":"`)) + len(`"signature":"`) + 20
	if changed[at] == 'A' {
		changed[at] = 'B'
	} else {
		changed[at] = 'A'
	}
	return changed
}
