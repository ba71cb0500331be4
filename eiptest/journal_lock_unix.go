//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package eiptest

import (
	"fmt"
	"os"
	"syscall"
)

// lockFile takes a lock that ends with the process. It is on a file of its own,
// since the state file is replaced.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s is locked: another process has the state file (%w)", path, err)
	}
	return func() {
		syscall.Flock(int(f.Fd()), syscall.LOCK_UN) // a process that is just being forked has the file too
		f.Close()
	}, nil
}
