package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// programSize builds a program of this module, without symbols, and returns
// the size of the binary in bytes.
func programSize(importPath string) (int64, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "program")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, importPath)
	if text, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%s: %w: %s", build, err, text)
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
