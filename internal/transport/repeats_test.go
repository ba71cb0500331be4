package transport

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What must hold for the table whatever its cells say.
func TestTableInvariants(t *testing.T) {
	t.Parallel()
	for _, c := range Causes() {
		assert.NotEmpty(t, c.String(), "cause %d", c)
		for _, k := range Kinds() {
			if !c.Repeats(k) {
				continue
			}
			assert.NotEqual(t, Done, c.Outcome(), "%s: nothing is repeated after a success", c)
			if c.Outcome() == Unknown {
				assert.NotEqual(t, Once, k, "%s: what may have run and must not run twice is not repeated", c)
			}
			assert.True(t, c.Repeats(Read), "%s: a read is repeated if anything is", c)
		}
		assert.Equal(t, c.Repeats(Once), c.Repeats(Default), "%s: the zero kind is as cautious as Once", c)
		assert.False(t, c.Repeats(kindCount), "%s", c)
	}
	assert.Equal(t, "invalid cause", causeCount.String())
	assert.Equal(t, "invalid kind", kindCount.String())
	assert.Equal(t, "invalid outcome", Outcome(99).String())
	assert.Equal(t, Default, Kind(0))
}
