package zenlayer

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
)

func TestEnvironmentCredentials(t *testing.T) { // not parallel: it sets the environment
	for _, tt := range []struct{ id, password, says string }{
		{"", "", "set ZENLAYERCLOUD_SECRET_KEY_ID and ZENLAYERCLOUD_SECRET_KEY_PASSWORD"},
		{"id", "", "ZENLAYERCLOUD_SECRET_KEY_PASSWORD is empty"},
		{"", "CANARY", "ZENLAYERCLOUD_SECRET_KEY_ID is empty"},
		{"id", "CANARY\n", "ZENLAYERCLOUD_SECRET_KEY_PASSWORD holds a space"},
		{"id", "p", ""},
	} {
		t.Setenv(EnvAccessKeyID, tt.id)
		t.Setenv(EnvAccessKeyPassword, tt.password)
		got, err := EnvironmentCredentials().Credentials(t.Context())
		if tt.says == "" {
			require.NoError(t, err)
			assert.Equal(t, "p", got.AccessKeySecret())
			continue
		}
		require.ErrorContains(t, err, tt.says)
		assert.NotContains(t, err.Error(), "CANARY")
	}
	t.Setenv(EnvAccessKeyID, "")
	t.Setenv(EnvAccessKeyPassword, "")
	c, err := NewClient(WithEndpoint("http://fake.invalid"))
	require.NoError(t, err)
	_, err = c.AllocateEipAddresses(t.Context(), &AllocateEipAddressesRequest{ZoneID: "z", EipChargeType: ChargeTypePostpaid})
	require.ErrorIs(t, err, eip.ErrNoCredentials)
	assert.False(t, eip.OutcomeUnknown(err))
}
