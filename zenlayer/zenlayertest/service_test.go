package zenlayertest

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/zenlayer"
)

// A code is refused with its documented status, and otherwise with the one that
// the code table gives for this service or the name of the code suggests.
func TestStatusOf(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../testdata/codes.json")
	require.NoError(t, err)
	var facts []struct {
		Code, SDK string
		Status    int
	}
	require.NoError(t, json.Unmarshal(text, &facts))
	require.NotEmpty(t, facts)
	for _, fact := range facts {
		if fact.Status != 0 {
			assert.Equal(t, fact.Status, statusOf(fact.Code), fact.Code)
		}
		assert.Equal(t, statusOf(fact.Code), statusOf(fact.SDK), fact.SDK)
	}
	for code, want := range map[zenlayer.Code]int{
		zenlayer.CodeInternalServerError:              500,
		zenlayer.CodeRequestTimedOut:                  504,
		zenlayer.CodeServiceTemporaryUnavailable:      503,
		zenlayer.CodeAuthfailureUnauthorizedOperation: 403,
		zenlayer.CodeAuthfailureSignatureExpired:      401,
		zenlayer.CodeOperationFailedResourceNotFound:  404,
		codeNoMoney:        403,
		"SOMETHING_ELSE":   400,
		"Something.Else":   400,
		"REQUEST_TIMEDOUT": 400,
	} {
		assert.Equal(t, want, statusOf(string(code)), code)
	}
}
