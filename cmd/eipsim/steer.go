package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/eipkit/eip-go/eiptest"
)

// keptCalls is how many calls GET /_eip/calls has.
const keptCalls = 1000

// mostSeed bounds the size of a seed file, in bytes.
const mostSeed = 64 << 20

// steering adds what -steer says.
func steering(opts []eiptest.Option, flag string) ([]eiptest.Option, error) {
	switch flag {
	case "":
		return opts, nil
	case "off":
		return append(opts, eiptest.WithoutSteering()), nil
	}
	var hosts []string
	for host := range strings.SplitSeq(flag, ",") {
		if host = strings.TrimSpace(host); host == "" {
			return nil, fmt.Errorf("-steer: %q has an empty name", flag)
		}
		hosts = append(hosts, host)
	}
	return append(opts, eiptest.WithSteering(hosts...)), nil
}

// readSeed reads the file of -seed-file.
func readSeed(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("-seed-file: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostSeed+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("-seed-file: %w", err)
	case len(data) > mostSeed:
		return nil, fmt.Errorf("-seed-file: %s has more than %d bytes", name, mostSeed)
	}
	return data, nil
}
