package main

import "syscall"

// chroot makes a directory the root of a new process.
func chroot(root string) *syscall.SysProcAttr { return &syscall.SysProcAttr{Chroot: root} }
