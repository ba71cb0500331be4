package eiptest_test

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

// A life is a caller that reads one format, and that writes @name for the ID of
// what it made.
type life struct {
	*caller
	format string
	names  map[string]string // by ID
}

// The life that an infrastructure tool gives a bandwidth package and addresses,
// over HTTP alone: what the service answers, in both formats, wherever the
// parameters are.
func TestLifeOfABandwidthPackage(t *testing.T) {
	t.Parallel()
	for _, way := range []struct{ method, place string }{{"GET", "query"}, {"POST", "query"}, {"POST", "form"}} {
		for _, format := range []string{"JSON", "XML"} {
			t.Run(way.method+"/"+way.place+"/"+format, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithTransition(3*time.Second),
						eiptest.WithBandwidthPackageTime(5*time.Second), eiptest.WithResourceGroups("rg-prod"))
					c := newCaller(t, srv)
					c.method, c.place = way.method, way.place
					l := &life{caller: c, format: format, names: map[string]string{}}
					l.create()
					l.join()
					l.resize()
					l.tag()
					l.protect()
					l.moveGroup()
					l.changeMode()
					l.monitor()
					l.end()
					require.Empty(t, srv.Addresses())
					require.Empty(t, srv.BandwidthPackages())
				})
			})
		}
	}
}

const (
	onePage    = "PageNumber=1 PageSize=10 TotalCount=1 "
	pkgList    = "CommonBandwidthPackages.CommonBandwidthPackage."
	eipList    = "EipAddresses.EipAddress."
	member     = "PublicIpAddresses.PublicIpAddresse" // so spelt
	thePackage = "RegionId=cn-hangzhou BandwidthPackageId=@pkg"
	inPackage  = thePackage + " "
)

// jsonTypes are the members that are not strings in JSON.
var jsonTypes = map[string]string{
	"PageNumber": "float64", "PageSize": "float64", "TotalCount": "float64", "ServiceManaged": "float64",
	"DeletionProtection": "bool", "SecondLimited": "bool", "HasReservationData": "bool",
}

func address(name string) string { return "RegionId=cn-hangzhou AllocationId=" + name }

func (l *life) create() {
	const order = "RegionId=cn-hangzhou Bandwidth=100 Name=web Description=front ClientToken=tool-1"
	for range 2 { // the second time with the same token: nothing new
		l.makes("@pkg", "BandwidthPackageId", mkPkg, order, "BandwidthPackageId=@pkg ResourceGroupId=rg-default")
	}
	l.is(descPkg, "RegionId=cn-hangzhou", onePage+under(pkgList, `
		BandwidthPackageId=@pkg RegionId=cn-hangzhou Zone= Status=Available Name=web Description=front Bandwidth=100
		InternetChargeType=PayByBandwidth InstanceChargeType=PostPaid ISP=BGP CreationTime=2000-01-01T00:00:00Z ExpiredTime=
		BusinessStatus=Normal BizType=Default ResourceGroupId=rg-default DeletionProtection=false ServiceManaged=0
		PublicIpAddresses= SecurityProtectionTypes= Tags=`))
	for i, name := range []string{"@one", "@two", "@three", "@spare"} {
		l.makes(name, "AllocationId", "AllocateEipAddress", "RegionId=cn-hangzhou Bandwidth=5",
			fmt.Sprintf("AllocationId=%s EipAddress=198.18.0.%d ResourceGroupId=rg-default", name, i+2))
	}
}

func (l *life) join() {
	l.is(join, inPackage+"IpInstanceId=@one IpType=EIP", "")
	l.has(descPkg, thePackage, under(pkgList, `Status=Available `+under(member+".", `
		AllocationId=@one IpAddress=198.18.0.2 BandwidthPackageIpRelationStatus=BINDING`)))
	l.has("DescribeEipAddresses", address("@one"), under(eipList, "BandwidthPackageId= Bandwidth=5"))
	l.no("400 BandwidthPackageOperation.conflict", joinAll, inPackage+"IpInstanceIds.1=@two IpInstanceIds.2=@three")
	l.until(descPkg, thePackage, under(pkgList+member+".", "BandwidthPackageIpRelationStatus=BINDED"))

	l.is(joinAll, inPackage+"IpInstanceIds.1=@two IpInstanceIds.2=@three", "")
	l.has(descPkg, thePackage, under(pkgList+member, `
		.1.BandwidthPackageIpRelationStatus=BINDED .2.BandwidthPackageIpRelationStatus=BINDING
		.3.BandwidthPackageIpRelationStatus=BINDING`))
	l.until(descPkg, thePackage, under(pkgList+member, `
		.1.AllocationId=@one .1.IpAddress=198.18.0.2 .1.BandwidthPackageIpRelationStatus=BINDED
		.2.AllocationId=@two .2.IpAddress=198.18.0.3 .2.BandwidthPackageIpRelationStatus=BINDED
		.3.AllocationId=@three .3.IpAddress=198.18.0.4 .3.BandwidthPackageIpRelationStatus=BINDED`))
	l.no("400 IpInstanceId.AlreadyInBandwidthPackage", join, inPackage+"IpInstanceId=@two")

	l.is("DescribeEipAddresses", address("@one"), onePage+under(eipList, `
		AllocationId=@one IpAddress=198.18.0.2 Status=Available RegionId=cn-hangzhou AllocationTime=2000-01-01T00:00:00Z
		Bandwidth=100 EipBandwidth=5 BandwidthPackageId=@pkg BandwidthPackageType=CommonBandwidthPackage
		BandwidthPackageBandwidth=100 InternetChargeType=PayByBandwidth ChargeType=PostPaid ExpiredTime= ISP=BGP
		Netmode=public Zone= BusinessStatus=Normal Name= Description= Descritpion= ResourceGroupId=rg-default InstanceId=
		InstanceType= InstanceRegionId= Mode= PrivateIpAddress= VpcId= PublicIpAddressPoolId= SegmentInstanceId=
		HDMonitorStatus=OFF DeletionProtection=false SecondLimited=false ServiceManaged=0 HasReservationData=false
		SecurityProtectionTypes=
		AvailableRegions.AvailableRegion=cn-hangzhou OperationLocks= Tags=`))
	l.has("DescribeEipAddresses", thePackage, "TotalCount=3 "+under(eipList, "1.AllocationId=@one 2.AllocationId=@two 3.AllocationId=@three"))
}

func (l *life) resize() {
	l.is(specPkg, inPackage+"Bandwidth=200", "")
	l.has(descPkg, thePackage, under(pkgList, "Status=Modifying Bandwidth=100"))
	l.no("400 IncorrectStatus.CbwpModifying", specPkg, inPackage+"Bandwidth=300")
	l.no("400 BandwidthPackageOperation.conflict", leave, inPackage+"IpInstanceId=@one")
	l.until(descPkg, thePackage, under(pkgList, "Status=Available"))
	l.has(descPkg, thePackage, under(pkgList, "Bandwidth=200"))
	l.has("DescribeEipAddresses", address("@one"), under(eipList, "Bandwidth=200 EipBandwidth=5 BandwidthPackageBandwidth=200"))
}

func (l *life) tag() {
	const tags = "Tag.1.Key=env Tag.1.Value=prod Tag.2.Key=team Tag.2.Value=net"
	l.is("TagResources", "RegionId=cn-hangzhou ResourceType=COMMONBANDWIDTHPACKAGE ResourceId.1=@pkg "+tags, "")
	l.is("TagResources", "RegionId=cn-hangzhou ResourceType=EIP ResourceId.1=@one ResourceId.2=@two "+tags, "")
	l.is("ListTagResources", "RegionId=cn-hangzhou ResourceType=COMMONBANDWIDTHPACKAGE ResourceId.1=@pkg",
		"NextToken= "+under("TagResources.TagResource.", `
			1.ResourceId=@pkg 1.ResourceType=COMMONBANDWIDTHPACKAGE 1.TagKey=env 1.TagValue=prod
			2.ResourceId=@pkg 2.ResourceType=COMMONBANDWIDTHPACKAGE 2.TagKey=team 2.TagValue=net`))

	const ask = "RegionId=cn-hangzhou ResourceType=EIP Tag.1.Key=team Tag.1.Value=net MaxResults=3"
	first := l.call("ListTagResources", ask)
	next := first["NextToken"]
	require.NotEmpty(l.tb, next)
	second := l.call("ListTagResources", ask+" NextToken="+next)
	require.Empty(l.tb, second["NextToken"])
	require.Len(l.tb, first, 1+3*4)
	require.Len(l.tb, second, 1+4)
	var listed []string
	for _, at := range []string{".1.", ".2.", ".3."} {
		listed = append(listed, tagAt(first, at))
	}
	listed = append(listed, tagAt(second, "."))
	slices.Sort(listed) // the service lists by ID
	require.Equal(l.tb, []string{"@one EIP env=prod", "@one EIP team=net", "@two EIP env=prod", "@two EIP team=net"}, listed)

	l.has(descPkg, "RegionId=cn-hangzhou Tag.1.Key=env Tag.1.Value=prod", "TotalCount=1 "+under(pkgList, `
		BandwidthPackageId=@pkg Tags.Tag.1.Key=env Tags.Tag.1.Value=prod Tags.Tag.2.Key=team Tags.Tag.2.Value=net`))
	l.has("DescribeEipAddresses", "RegionId=cn-hangzhou Tag.1.Key=team", "TotalCount=2 "+under(eipList, "1.AllocationId=@one 2.AllocationId=@two"))
}

func tagAt(a map[string]string, at string) string {
	of := func(key string) string { return a["TagResources.TagResource"+at+key] }
	return of("ResourceId") + " " + of("ResourceType") + " " + of("TagKey") + "=" + of("TagValue")
}

func (l *life) protect() {
	l.is("DeletionProtection", "RegionId=cn-hangzhou Type=CBWP InstanceId=@pkg ProtectionEnable=true", "")
	l.is("DeletionProtection", "RegionId=cn-hangzhou Type=EIP InstanceId=@spare ProtectionEnable=true", "")
	l.no("400 IncorrectEipStatus", "ReleaseEipAddress", address("@spare"))
	l.no("400 InvalidOperation.DeletionProtection", rmPkg, inPackage+"Force=true")
	l.has(descPkg, thePackage, under(pkgList, "Status=Available DeletionProtection=true"))
	l.has("DescribeEipAddresses", address("@spare"), under(eipList, "Status=Available DeletionProtection=true"))

	l.is("DeletionProtection", "RegionId=cn-hangzhou Type=CBWP InstanceId=@pkg ProtectionEnable=false", "")
	l.is("DeletionProtection", "RegionId=cn-hangzhou Type=EIP InstanceId=@spare ProtectionEnable=false", "")
	l.has(descPkg, thePackage, under(pkgList, "DeletionProtection=false"))
	l.has("DescribeEipAddresses", address("@spare"), under(eipList, "DeletionProtection=false"))
}

func (l *life) moveGroup() {
	l.is("MoveResourceGroup", "RegionId=cn-hangzhou ResourceType=bandwidthpackage ResourceId=@pkg NewResourceGroupId=rg-prod", "")
	l.is("MoveResourceGroup", "RegionId=cn-hangzhou ResourceType=eip ResourceId=@spare NewResourceGroupId=rg-prod", "")
	l.no("400 InvalidResourceGroupId", "MoveResourceGroup",
		"RegionId=cn-hangzhou ResourceType=eip ResourceId=@spare NewResourceGroupId=rg-none")
	l.has(descPkg, "RegionId=cn-hangzhou ResourceGroupId=rg-prod", "TotalCount=1 "+
		under(pkgList, "BandwidthPackageId=@pkg ResourceGroupId=rg-prod"))
	l.has("DescribeEipAddresses", "RegionId=cn-hangzhou ResourceGroupId=rg-prod", "TotalCount=1 "+
		under(eipList, "AllocationId=@spare ResourceGroupId=rg-prod"))
}

func (l *life) changeMode() {
	const mode = "RegionId=cn-hangzhou InstanceId=@spare Mode="
	l.no("400 IncorrectEipStatus", "ModifyEipForwardMode", mode+"BINDED")
	l.is("AssociateEipAddress", address("@spare")+" InstanceId=eni-test1 InstanceType=NetworkInterface Mode=NAT", "")
	l.has("DescribeEipAddresses", address("@spare"), under(eipList, "Status=Associating"))
	l.until("DescribeEipAddresses", address("@spare"), under(eipList, "Status=InUse"))
	l.has("DescribeEipAddresses", address("@spare"), under(eipList, `
		InstanceId=eni-test1 InstanceType=NetworkInterface InstanceRegionId=cn-hangzhou Mode=NAT`))
	l.is("ModifyEipForwardMode", mode+"BINDED", "")
	l.has("DescribeEipAddresses", address("@spare"), under(eipList, "Status=InUse InstanceId=eni-test1 Mode=BINDED"))
}

func (l *life) monitor() {
	const of = "RegionId=cn-hangzhou InstanceType=EIP InstanceId=@one "
	const to = "LogProject=traffic LogStore=seconds "
	const set, read = "SetHighDefinitionMonitorLogStatus", "DescribeHighDefinitionMonitorLogAttribute"
	l.is(set, of+to+"Status=ON", "Success=true")
	l.is(read, of, "InstanceId=@one InstanceType=EIP Success=true "+to)
	l.has("DescribeEipAddresses", address("@one"), under(eipList, "HDMonitorStatus=ON"))
	l.no("400 MissingParameter", set, of+"Status=OFF")
	l.is(set, of+to+"Status=OFF", "Success=true")
	l.is(read, of, "InstanceId=@one InstanceType=EIP LogProject= LogStore= Success=true")
	l.has("DescribeEipAddresses", address("@one"), under(eipList, "HDMonitorStatus=OFF"))
}

func (l *life) end() {
	l.no("400 IncorrectEipStatus", "ReleaseEipAddress", address("@one")) // it is in the package
	l.is(leave, inPackage+"IpInstanceId=@one", "")
	l.no("400 BandwidthPackageOperation.conflict", leave, inPackage+"IpInstanceId=@two")
	l.until("DescribeEipAddresses", address("@one"), under(eipList, `
		BandwidthPackageId= BandwidthPackageType= BandwidthPackageBandwidth= Bandwidth=5`))
	l.no("400 OperationUnsupported.IpNotInCbwp", leave, inPackage+"IpInstanceId=@one")
	l.no("400 OperationFailed.BandwidthPackageNotEmpty", rmPkg, thePackage)
	for _, name := range []string{"@two", "@three"} {
		l.is(leave, inPackage+"IpInstanceId="+name, "")
		l.until("DescribeEipAddresses", address(name), under(eipList, "BandwidthPackageId= Bandwidth=5"))
	}
	l.has(descPkg, thePackage, under(pkgList, "PublicIpAddresses= Bandwidth=200"))
	l.is(rmPkg, thePackage, "")
	l.is(descPkg, "RegionId=cn-hangzhou", "PageNumber=1 PageSize=10 TotalCount=0 CommonBandwidthPackages=")
	l.no("404 InvalidBandwidthPackageId.NotFound", rmPkg, thePackage)

	l.no("400 IncorrectEipStatus", "ReleaseEipAddress", address("@spare")) // it is bound
	l.is("UnassociateEipAddress", address("@spare")+" InstanceType=NetworkInterface", "")
	l.until("DescribeEipAddresses", address("@spare"), under(eipList, "Status=Available InstanceId= Mode="))
	for _, name := range []string{"@one", "@two", "@three", "@spare"} {
		l.is("ReleaseEipAddress", address(name), "")
		l.has("DescribeEipAddresses", address(name), under(eipList, "Status=Releasing"))
	}
	l.until("DescribeEipAddresses", "RegionId=cn-hangzhou", "TotalCount=0")
	l.is("DescribeEipAddresses", "RegionId=cn-hangzhou", "PageNumber=1 PageSize=10 TotalCount=0 EipAddresses=")
	l.no("404 InvalidAllocationId.NotFound", "ReleaseEipAddress", address("@one"))
	l.is("ListTagResources", "RegionId=cn-hangzhou ResourceType=EIP Tag.1.Key=team", "NextToken= TagResources=")
}

var idName = regexp.MustCompile(`@\w+`)

// params makes the parameters of a call of "Name=value …".
func (l *life) params(text string) []string {
	out := []string{"Format", l.format}
	for _, p := range strings.Fields(text) {
		name, value, _ := strings.Cut(p, "=")
		out = append(out, name, idName.ReplaceAllStringFunc(value, func(name string) string {
			for id, n := range l.names {
				if n == name {
					return id
				}
			}
			l.tb.Fatalf("nothing is called %s", name)
			return ""
		}))
	}
	return out
}

// call gives the answer to a call that succeeds, flat: a member by its path, the
// elements of a list by their numbers from 1, or without one if there is one only.
func (l *life) call(action, params string) map[string]string {
	l.tb.Helper()
	return l.flat(action, l.ok(action, l.params(params)...))
}

func (l *life) flat(action string, a answer) map[string]string {
	l.tb.Helper()
	require.Regexp(l.tb, `^[0-9A-F-]{36}$`, a.str("RequestId"), action)
	if l.format == "XML" {
		require.Equal(l.tb, action+"Response", a.str("root"))
	} else {
		require.Nil(l.tb, a.tree["root"])
	}
	delete(a.tree, "RequestId")
	delete(a.tree, "root")
	out := map[string]string{}
	l.flatten("", a.tree, out)
	return out
}

func (l *life) flatten(path string, v any, out map[string]string) {
	before := len(out)
	switch v := v.(type) {
	case map[string]any:
		for key, e := range v {
			l.flatten(strings.TrimPrefix(path+"."+key, "."), e, out)
		}
		if len(out) == before && path != "" { // a list without elements, in its wrapper
			out[path] = ""
		}
	case []any:
		for i, e := range v {
			at := path
			if len(v) > 1 {
				at = fmt.Sprintf("%s.%d", path, i+1)
			}
			l.flatten(at, e, out)
		}
	default:
		if l.format == "JSON" {
			require.Equal(l.tb, cmp.Or(jsonTypes[path[strings.LastIndex(path, ".")+1:]], "string"), fmt.Sprintf("%T", v), path)
		}
		text := fmt.Sprint(v)
		if name, made := l.names[text]; made {
			text = name
		}
		out[path] = text
	}
}

// fields reads "path=value …".
func fields(text string) map[string]string {
	out := map[string]string{}
	for _, f := range strings.Fields(text) {
		path, value, _ := strings.Cut(f, "=")
		out[path] = value
	}
	return out
}

// under puts a path before each of "path=value …".
func under(path, text string) string {
	all := strings.Fields(text)
	for i := range all {
		all[i] = path + all[i]
	}
	return strings.Join(all, " ")
}

// is makes a call, and compares its whole answer.
func (l *life) is(action, params, want string) {
	l.tb.Helper()
	require.Equal(l.tb, fields(want), l.call(action, params), "%s %s", action, params)
}

// makes is is, for a call that makes what is called name from now on.
func (l *life) makes(name, key, action, params, want string) {
	l.tb.Helper()
	a := l.ok(action, l.params(params)...)
	l.names[a.str(key)] = name
	require.Equal(l.tb, fields(want), l.flat(action, a), "%s %s", action, params)
}

// has makes a call, and compares some of its answer.
func (l *life) has(action, params, want string) {
	l.tb.Helper()
	require.Equal(l.tb, fields(want), some(l.call(action, params), want), "%s %s", action, params)
}

func some(answer map[string]string, want string) map[string]string {
	asked := fields(want)
	maps.DeleteFunc(answer, func(path, _ string) bool { _, ok := asked[path]; return !ok })
	return answer
}

// until repeats a call until it has some answer, every second of the test's clock.
func (l *life) until(action, params, want string) {
	l.tb.Helper()
	for range 10 {
		if maps.Equal(fields(want), some(l.call(action, params), want)) {
			return
		}
		time.Sleep(time.Second)
	}
	l.has(action, params, want)
}

// no makes a call that is refused with a status and a code.
func (l *life) no(want, action, params string) {
	l.tb.Helper()
	a := l.caller.call(action, l.params(params)...)
	require.NoError(l.tb, a.err)
	require.Equal(l.tb, want, fmt.Sprint(a.status, " ", a.code()), "%s %s: %s", action, params, a.body)
	require.Equal(l.tb, l.format == "XML", a.str("root") == "Error")
}
