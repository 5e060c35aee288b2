// Measures notation-core-go on the files that bench/suites/notation.ts writes. One goroutine works; GOMAXPROCS is 1, so that the
// garbage collector takes its share of the same core, and the processor time is reported beside the time on the wall.
//
//	notation-core-go verify-jws  FOLDER SECONDS    FOLDER/*.jws, each parsed and verified anew in every pass
//	notation-core-go verify-cose FOLDER SECONDS    FOLDER/*.cose, likewise
//	notation-core-go sign        FOLDER SECONDS    FOLDER/key.pem (PKCS #8), FOLDER/chain.pem (leaf first); JWS
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

const warmUp = 200 * time.Millisecond

// measurement is the one line of output; bench/peer.ts reads it.
type measurement struct {
	Operations  int     `json:"operations"`
	WallSeconds float64 `json:"wallSeconds"`
	CPUSeconds  float64 `json:"cpuSeconds"`
	Version     string  `json:"version"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "notation-core-go:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("usage: %s verify-jws|verify-cose|sign FOLDER SECONDS", filepath.Base(os.Args[0]))
	}
	runtime.GOMAXPROCS(1)
	seconds, err := strconv.ParseFloat(args[2], 64)
	if err != nil || seconds <= 0 {
		return fmt.Errorf("%q is not a number of seconds", args[2])
	}
	var operation func(i int) error
	switch args[0] {
	case "verify-jws", "verify-cose":
		operation, err = verifier(args[0], args[1])
	case "sign":
		operation, err = signer(args[1])
	default:
		err = fmt.Errorf("unknown mode %q", args[0])
	}
	if err != nil {
		return err
	}
	if _, err := loop(operation, warmUp); err != nil {
		return err
	}
	result, err := loop(operation, time.Duration(seconds*float64(time.Second)))
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

// loop runs operation with 0, 1, 2, … until the time has passed.
func loop(operation func(i int) error, duration time.Duration) (*measurement, error) {
	cpu, start := processorTime(), time.Now()
	n := 0
	for time.Since(start) < duration {
		if err := operation(n); err != nil {
			return nil, fmt.Errorf("operation %d: %w", n, err)
		}
		n++
	}
	return &measurement{
		Operations:  n,
		WallSeconds: time.Since(start).Seconds(),
		CPUSeconds:  (processorTime() - cpu).Seconds(),
		Version:     runtime.Version(),
	}, nil
}

// processorTime is what all threads of this process have used, in user and system mode.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
