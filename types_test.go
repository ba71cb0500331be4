package eip

import (
	"net/netip"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBandwidths(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name           string
		address        EipAddress
		own, inPackage int
	}{
		{"nothing known", EipAddress{}, 0, 0},
		{"on its own", EipAddress{Bandwidth: 5}, 5, 0},
		{"in a package", EipAddress{Bandwidth: 100, EipBandwidth: 5, BandwidthPackageID: "cbwp-a"}, 5, 100},
		{"in a package that tells its bandwidth", EipAddress{Bandwidth: 20, EipBandwidth: 5, BandwidthPackageID: "cbwp-a", BandwidthPackageBandwidth: 100}, 5, 100},
		{"in a package, own not told", EipAddress{Bandwidth: 100, BandwidthPackageID: "cbwp-a"}, 0, 100},
		{"own told outside a package", EipAddress{Bandwidth: 100, EipBandwidth: 5}, 5, 0},
	} {
		own, inPackage := tc.address.Bandwidths()
		require.Equal(t, [2]int{tc.own, tc.inPackage}, [2]int{own, inPackage}, tc.name)
	}
}

func TestAddr(t *testing.T) {
	t.Parallel()
	want := netip.MustParseAddr("203.0.113.7")
	for name, addr := range map[string]func(s string) (netip.Addr, error){
		"EipAddress":  func(s string) (netip.Addr, error) { return (&AllocateEipAddressResponse{EipAddress: s}).Addr() },
		"EipAddress ": func(s string) (netip.Addr, error) { return (&AllocateEipAddressProResponse{EipAddress: s}).Addr() },
		"IpAddress":   func(s string) (netip.Addr, error) { return EipAddress{IPAddress: s}.Addr() },
		"Ip":          func(s string) (netip.Addr, error) { return EipInfo{IP: s}.Addr() },
		"IpGw":        func(s string) (netip.Addr, error) { return EipInfo{IPGw: s}.Gateway() },
	} {
		got, err := addr("203.0.113.7")
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
		for _, bad := range []string{"", "59.110.xx.xx", "\x1b[2J"} {
			_, err = addr(bad)
			require.ErrorContains(t, err, "not an IP address", name)
			require.NotContains(t, err.Error(), "\x1b", name)
		}
	}
}

func TestPtr(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a", *Ptr("a"))
	require.False(t, *Ptr(false))
}

// A copy of a request is equal to it and shares nothing with it.
func TestCloneOf(t *testing.T) {
	t.Parallel()
	req := func() *AllocateEipAddressRequest {
		r := fullRequests()["AllocateEipAddress"].(*AllocateEipAddressRequest)
		r.Extra = url.Values{"New": {"1"}}
		r.open = &[]openCall{{token: "t"}}
		return r
	}
	old := req()
	cp := cloneOf(old)
	require.Equal(t, old, cp)
	require.Same(t, old.open, cp.open)
	*cp.AutoPay, cp.SecurityProtectionTypes[0], cp.Tags["team"], cp.Extra["New"][0], cp.Extra["Other"] = true, "x", "x", "x", nil
	require.Equal(t, req(), old)
	require.Equal(t, new(AllocateEipAddressRequest), cloneOf[AllocateEipAddressRequest](nil))
}
