//go:build !unix

package bench

// CPUTime is nil: there is no such clock here.
var CPUTime Clock
