package eiptest

import (
	"strings"

	"github.com/eipkit/eip-go/internal/fake"
)

// setMonitorLog serves SetHighDefinitionMonitorLogStatus. No document names its
// codes; clients are known to expect IncorrectEipStatus.
func setMonitorLog(c *call) (obj, *fake.Refusal) {
	a, ref := c.monitored()
	if ref != nil {
		return nil, ref
	}
	switch status := c.p["Status"]; {
	case status != "ON" && status != "OFF":
		return nil, invalid("Status")
	case a.inTransition() || a.Locked != "":
		return nil, c.wrongState(a)
	case status == "ON":
		a.HDMonitor, a.LogProject, a.LogStore = true, c.p["LogProject"], c.p["LogStore"]
	default:
		a.HDMonitor, a.LogProject, a.LogStore = false, "", ""
	}
	return obj{{"Success", "true"}}, nil
}

// describeMonitorLog serves DescribeHighDefinitionMonitorLogAttribute. Where
// monitoring is off, project and store are empty.
func describeMonitorLog(c *call) (obj, *fake.Refusal) {
	a, ref := c.monitored()
	if ref != nil {
		return nil, ref
	}
	return obj{{"InstanceId", a.AllocationID}, {"InstanceType", "EIP"}, {"LogProject", a.LogProject},
		{"LogStore", a.LogStore}, {"Success", "true"}}, nil
}

// monitored finds the address that a call about its monitoring names.
func (c *call) monitored() (*address, *fake.Refusal) {
	if t := c.p["InstanceType"]; t != "" && !strings.EqualFold(t, "EIP") {
		return nil, invalid("InstanceType")
	}
	a := c.find(c.p["InstanceId"])
	return a, c.mine(a)
}
