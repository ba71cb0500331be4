package eiptest_test

import (
	"testing"

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
