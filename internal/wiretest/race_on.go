//go:build race

package wiretest

const raceEnabled = true // it makes memory of its own
