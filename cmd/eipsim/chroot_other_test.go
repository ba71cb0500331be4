//go:build !linux

package main

import "syscall"

// chroot is for Linux; elsewhere its test is skipped.
func chroot(string) *syscall.SysProcAttr { return nil }
