package eip_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	eip "github.com/eipkit/eip-go"
)

// ClientTokenFor is part of the interface between a program and its own past:
// its values must never change.
func TestClientTokenFor(t *testing.T) {
	t.Parallel()
	// printf 'eip-go/token/1\n0\nprod/gateway-7' | sha256sum
	assert.Equal(t, "92666d910c4a025244efc4ed7a845fd2", eip.ClientTokenFor("prod/gateway-7", 0)[:32])
	seen := map[string]bool{}
	for _, key := range []string{"", "a", "b", "prod/gateway-7", "1\n2", "ключ"} {
		for _, generation := range []int{-1, 0, 1, 2, 10} {
			token := eip.ClientTokenFor(key, generation)
			assert.Regexp(t, `^[\x21-\x7e]{1,64}$`, token)
			assert.False(t, seen[token], "%q %d", key, generation)
			seen[token] = true
			assert.Equal(t, token, eip.ClientTokenFor(key, generation))
		}
	}
}
