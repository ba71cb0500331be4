//go:build !race

package wire

// raceEnabled says that the race detector slows everything down and allocates.
const raceEnabled = false
