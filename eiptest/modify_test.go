package eiptest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

func TestModify(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	id, _ := c.allocate("Name", "one", "Description", "first")
	c.ok("ModifyEipAddressAttribute", "AllocationId", id, "Bandwidth", "9", "Name", "two")
	if a, _ := srv.Address(id); a.Bandwidth != 9 || a.Name != "two" || a.Description != "first" {
		t.Fatalf("%+v", a)
	}
	c.ok("ModifyEipAddressAttribute", "AllocationId", id, "Name", "")
	if a, _ := srv.Address(id); a.Name != "" || a.Bandwidth != 9 {
		t.Fatalf("%+v", a)
	}
}

// The rules for Name and Description, of every action that gives them to an
// address, by the newer documents and by the 2019 API reference.
func TestNamesAndDescriptions(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 127)
	for _, tt := range []struct {
		field, value string
		newer, older bool
	}{
		{"Name", "web", true, true},
		{"Name", "w1._-", true, true},
		{"Name", "前端1", true, true},
		{"Name", "x" + long, true, true},
		{"Name", "xx" + long, false, false},
		{"Name", "x", true, false},
		{"Name", "", true, false},
		{"Name", "1web", false, false},
		{"Name", "_web", false, false},
		{"Name", "-web", false, false},
		{"Name", "a b", false, false},
		{"Name", "a/b", false, false},
		{"Name", "http://a", false, false},
		{"Name", "https://a", false, false},
		{"Name", "httpd", true, true},
		{"Description", "for the web: a/b, c*d", true, true},
		{"Description", "前端 of all", true, true},
		{"Description", "d", true, false},
		{"Description", "", true, false},
		{"Description", "1st", false, false},
		{"Description", " blank", false, false},
		{"Description", "http://a", false, false},
		{"Description", "https://a", false, false},
		{"Description", "xx" + long + long, true, true},
		{"Description", "xxx" + long + long, false, false},
	} {
		t.Run(tt.field+"/"+tt.value, func(t *testing.T) {
			t.Parallel()
			for _, opts := range [][]eiptest.Option{nil, {eiptest.WithReference2019()}} {
				good := tt.newer
				if opts != nil {
					good = tt.older
				}
				srv := eiptest.NewServer(t, opts...)
				c := newCaller(t, srv)
				id, _ := c.allocate("Name", "before", "Description", "before")
				p := args("AllocationId", id, tt.field, tt.value)
				of := func() string {
					a, _ := srv.Address(id)
					return map[string]string{"Name": a.Name, "Description": a.Description}[tt.field]
				}
				if good {
					c.ok(mod, p...)
					require.Equal(t, tt.value, of())
				} else {
					c.refused(400, "InvalidParameter", mod, p...)
					require.Equal(t, "before", of())
				}
				if tt.value == "" { // an allocation that sends it empty does not name it
					good = true
				}
				for _, action := range []string{all, pro} {
					if good {
						c.ok(action, args(tt.field, tt.value)...)
					} else {
						c.refused(400, "InvalidParameter", action, args(tt.field, tt.value)...)
					}
				}
			}
		})
	}
}

// What is not named stays as it is.
func TestModifyBandwidth(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	id, _ := c.allocate("Name", "web", "InternetChargeType", "PayByTraffic")
	c.ok(mod, args("AllocationId", id, "Bandwidth", "200")...)
	for _, bad := range []string{"201", "0", "-1", "many", "1.5"} {
		a := c.refused(400, "InvalidParameter", mod, args("AllocationId", id, "Bandwidth", bad)...)
		require.Equal(t, `Specified value of "Bandwidth" is not supported.`, a.str("Message"), bad)
	}
	a, _ := srv.Address(id)
	require.Equal(t, []any{200, "web"}, []any{a.Bandwidth, a.Name})
}
