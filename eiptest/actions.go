package eiptest

import (
	"reflect"
	"strconv"
	"strings"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/fake"
	"github.com/eipkit/eip-go/internal/form"
)

// handler carries one action out.
type handler func(*call) (obj, *fake.Refusal)

// action is one row of the table of actions.
type action struct {
	run      handler
	request  reflect.Type
	writes   bool
	token    bool     // ClientToken is honoured
	region   bool     // RegionId is required
	required []string // the other required parameters, in the order of the fields
	typed    []typed  // the parameters that are numbers or booleans, likewise
	noRegion string   // code for an unknown region
}

// typed is a parameter that is a number or a boolean.
type typed struct {
	name    string
	boolean bool
}

// typeOf reads the type of a parameter from its field.
func typeOf(name string, field reflect.Type) (p typed, ok bool) {
	if field.Kind() == reflect.Pointer {
		field = field.Elem()
	}
	switch field.Kind() {
	case reflect.Bool:
		return typed{name, true}, true
	case reflect.Int, reflect.Int64:
		return typed{name, false}, true
	}
	return p, false
}

// takes reports whether a value that was sent is one of the type. Booleans are
// taken in any case.
func (p typed) takes(value string) bool {
	if p.boolean {
		return strings.EqualFold(value, "true") || strings.EqualFold(value, "false")
	}
	_, err := strconv.ParseInt(value, 10, 64)
	return err == nil
}

var actions map[string]action

func init() { // a literal would refer to itself through check
	const access, create = "Forbidden.RegionNotFound", "InvalidRegionId.NotFound"
	actions = map[string]action{
		"DescribeRegions":                           read[eip.DescribeRegionsRequest](describeRegions, access),
		"AllocateEipAddress":                        write[eip.AllocateEipAddressRequest](allocate, create),
		"AllocateEipAddressPro":                     write[eip.AllocateEipAddressProRequest](allocate, create),
		"DescribeEipAddresses":                      read[eip.DescribeEipAddressesRequest](describeAddresses, access),
		"AssociateEipAddress":                       write[eip.AssociateEipAddressRequest](associate, access),
		"UnassociateEipAddress":                     write[eip.UnassociateEipAddressRequest](unassociate, access),
		"ModifyEipAddressAttribute":                 write[eip.ModifyEipAddressAttributeRequest](modify, access),
		"ReleaseEipAddress":                         write[eip.ReleaseEipAddressRequest](release, access),
		"DescribeEipMonitorData":                    read[eip.DescribeEipMonitorDataRequest](monitor, access),
		"DescribeEipGatewayInfo":                    read[eip.DescribeEipGatewayInfoRequest](gatewayInfo, access),
		"AllocateEipSegmentAddress":                 write[eip.AllocateEipSegmentAddressRequest](allocateSegment, create),
		"DescribeEipSegment":                        read[eip.DescribeEipSegmentRequest](describeSegments, access),
		"ReleaseEipSegmentAddress":                  write[eip.ReleaseEipSegmentAddressRequest](releaseSegment, access),
		"CreateCommonBandwidthPackage":              write[eip.CreateCommonBandwidthPackageRequest](createPackage, create),
		"DescribeCommonBandwidthPackages":           read[eip.DescribeCommonBandwidthPackagesRequest](describePackages, create),
		"ModifyCommonBandwidthPackageAttribute":     write[eip.ModifyCommonBandwidthPackageAttributeRequest](modifyPackage, create),
		"ModifyCommonBandwidthPackageSpec":          write[eip.ModifyCommonBandwidthPackageSpecRequest](modifyPackageSpec, create),
		"DeleteCommonBandwidthPackage":              write[eip.DeleteCommonBandwidthPackageRequest](deletePackage, create),
		"AddCommonBandwidthPackageIp":               write[eip.AddCommonBandwidthPackageIpRequest](addToPackage, create),
		"AddCommonBandwidthPackageIps":              write[eip.AddCommonBandwidthPackageIpsRequest](addAllToPackage, create),
		"RemoveCommonBandwidthPackageIp":            write[eip.RemoveCommonBandwidthPackageIpRequest](removeFromPackage, create),
		"ModifyCommonBandwidthPackageIpBandwidth":   write[eip.ModifyCommonBandwidthPackageIpBandwidthRequest](limitInPackage, create),
		"CancelCommonBandwidthPackageIpBandwidth":   write[eip.CancelCommonBandwidthPackageIpBandwidthRequest](unlimitInPackage, create),
		"TagResources":                              write[eip.TagResourcesRequest](tagResources, access),
		"UnTagResources":                            write[eip.UnTagResourcesRequest](untagResources, access),
		"ListTagResources":                          read[eip.ListTagResourcesRequest](listTags, access),
		"MoveResourceGroup":                         write[eip.MoveResourceGroupRequest](moveResource, access),
		"DeletionProtection":                        write[eip.DeletionProtectionRequest](protect, access),
		"AssociateEipAddressBatch":                  write[eip.AssociateEipAddressBatchRequest](associateBatch, access),
		"ModifyEipForwardMode":                      write[eip.ModifyEipForwardModeRequest](changeMode, access),
		"DescribePublicIpAddress":                   read[eip.DescribePublicIpAddressRequest](describeRanges, access),
		"SetHighDefinitionMonitorLogStatus":         write[eip.SetHighDefinitionMonitorLogStatusRequest](setMonitorLog, access),
		"DescribeHighDefinitionMonitorLogAttribute": read[eip.DescribeHighDefinitionMonitorLogAttributeRequest](describeMonitorLog, access),
		"AddGlobalAccelerationInstanceIp":           write[eip.AddGlobalAccelerationInstanceIpRequest](addToAccelerator, access),
		"RemoveGlobalAccelerationInstanceIp":        write[eip.RemoveGlobalAccelerationInstanceIpRequest](removeFromAccelerator, access),
		"CreatePublicIpAddressPool":                 write[eip.CreatePublicIpAddressPoolRequest](createPool, create),
		"ListPublicIpAddressPools":                  read[eip.ListPublicIpAddressPoolsRequest](listPools, access),
		"UpdatePublicIpAddressPoolAttribute":        write[eip.UpdatePublicIpAddressPoolAttributeRequest](updatePool, access),
		"DeletePublicIpAddressPool":                 write[eip.DeletePublicIpAddressPoolRequest](deletePool, access),
		"AddPublicIpAddressPoolCidrBlock":           write[eip.AddPublicIpAddressPoolCidrBlockRequest](addBlock, access),
		"ListPublicIpAddressPoolCidrBlocks":         read[eip.ListPublicIpAddressPoolCidrBlocksRequest](listBlocks, access),
		"DeletePublicIpAddressPoolCidrBlock":        write[eip.DeletePublicIpAddressPoolCidrBlockRequest](deleteBlock, access),
		"GetPublicIpAddressPoolServiceStatus":       read[eip.GetPublicIpAddressPoolServiceStatusRequest](poolServiceStatus, access),
		"OpenPublicIpAddressPoolService":            write[eip.OpenPublicIpAddressPoolServiceRequest](openPoolService, access),
		"TransformEipSegmentToPublicIpAddressPool":  write[eip.TransformEipSegmentToPublicIpAddressPoolRequest](transformSegment, create),
	}
}

// write makes the row of an action that changes something. What its parameters
// are is read from the library's request type.
func write[Req any](run handler, noRegion string) action {
	a := action{run: run, request: reflect.TypeFor[Req](), writes: true, noRegion: noRegion}
	for _, p := range form.ParamsOf(a.request) {
		name := strings.ReplaceAll(p.Names[0], ".N", ".1")
		if t, ok := typeOf(name, p.Type); ok {
			a.typed = append(a.typed, t)
		}
		switch {
		case name == "ClientToken":
			a.token = true
		case name == "RegionId":
			a.region = p.Defaulted()
		case p.Required():
			a.required = append(a.required, name)
		}
	}
	return a
}

// read makes the row of an action that changes nothing. Its answer is not
// replayed, even if it takes a ClientToken.
func read[Req any](run handler, noRegion string) action {
	a := write[Req](run, noRegion)
	a.token, a.writes = false, false
	return a
}
