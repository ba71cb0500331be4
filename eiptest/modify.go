package eiptest

import (
	"github.com/eipkit/eip-go/internal/fake"
)

// modify serves ModifyEipAddressAttribute.
func modify(c *call) (obj, *fake.Refusal) {
	a := c.find(c.p["AllocationId"])
	if ref := c.mine(a); ref != nil {
		return nil, ref
	}
	switch {
	case a.inTransition() || a.Locked != "":
		return nil, c.wrongState(a)
	}
	band, ok := c.p.number("Bandwidth", a.Bandwidth)
	name, named := c.p["Name"]
	text, described := c.p["Description"]
	switch {
	case !ok || band < 1 || band > mostBandwidth(a.ChargeType, a.InternetChargeType):
		return nil, c.noWhere("InvalidParameter", "Bandwidth")
	case named && !c.s.validName(name), described && !c.s.validDescription(text):
		return nil, c.noWhere("InvalidParameter", "The parameter is invalid")
	case band > a.Bandwidth && c.s.balance <= 0:
		return nil, c.no("InsufficientBalance.Eip")
	}
	a.Bandwidth = band
	if named {
		a.Name = name
	}
	if described {
		a.Description = text
	}
	return nil, nil
}
