package eiptest

import (
	"slices"
	"strings"
)

// isps are the line types. BGP_International is in the list of the Terraform
// provider alone, which does not say where it is sold. proRegions sell BGP_PRO, all
// but tokyo by the AllocateEipAddressPro page as well.
var (
	isps = []string{"BGP", "BGP_PRO", "BGP_International", "ChinaTelecom", "ChinaUnicom", "ChinaMobile", "ChinaTelecom_L2",
		"ChinaUnicom_L2", "ChinaMobile_L2", "BGP_FinanceCloud"}
	proRegions = []string{"cn-hongkong", "ap-southeast-1", "ap-northeast-1", "ap-southeast-3",
		"ap-southeast-6", "ap-southeast-5", "ap-southeast-7"}
)

const tokyo = "ap-northeast-1"

// financeRegion is where an account of the Finance Cloud has to name its line type.
const financeRegion = "cn-hangzhou"

// sells reports whether a line type can be had in the call's region.
func (c *call) sells(isp string) bool {
	finance := strings.Contains(c.region, "finance")
	switch {
	case !slices.Contains(isps, isp):
		return false
	case c.s.set.finance && c.region == financeRegion:
		return isp == "BGP_FinanceCloud"
	case isp == "BGP", isp == "BGP_International":
		return true
	case isp == "BGP_PRO" && c.s.set.proRegions != nil:
		return slices.Contains(c.s.set.proRegions, c.region)
	case isp == "BGP_PRO":
		return slices.Contains(proRegions, c.region) && !(c.pro() && c.region == tokyo)
	case isp == "BGP_FinanceCloud":
		return finance || c.region == financeRegion
	}
	return c.s.set.singleISP
}
