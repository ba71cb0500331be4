package eiptest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

// handClock is a clock that is moved by hand.
type handClock struct{ at atomic.Int64 }

func newHandClock() *handClock {
	c := &handClock{}
	c.at.Store(time.Now().Truncate(time.Second).UnixNano())
	return c
}

func (c *handClock) now() time.Time       { return time.Unix(0, c.at.Load()).UTC() }
func (c *handClock) move(d time.Duration) { c.at.Add(int64(d)) }

func snapshotOf(t testing.TB, srv *eiptest.Server) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, srv.WriteSnapshot(&b))
	var lines bytes.Buffer
	require.NoError(t, json.Indent(&lines, b.Bytes(), "", " "))
	return lines.String()
}

// same compares two snapshots, and shows where they begin to differ.
func same(t testing.TB, want, got, when string) {
	t.Helper()
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			t.Fatalf("%s: line %d:\nwant %s\ngot  %s", when, i+1, strings.Join(a[max(i-9, 0):min(i+4, len(a))], "\n"),
				strings.Join(b[min(max(i-2, 0), len(b)):min(i+4, len(b))], "\n"))
		}
	}
	require.Len(t, b, len(a), when)
}

// operator calls actions at random, on whatever is there.
type operator struct {
	*caller
	rng   *rand.Rand
	clock *handClock
	n     int
}

func (o *operator) address() string {
	all := o.srv.Addresses()
	if len(all) == 0 || o.rng.IntN(10) == 0 {
		return "eip-nobody"
	}
	return all[o.rng.IntN(len(all))].AllocationID
}

func pick[T any](o *operator, all []T, id func(T) string) string {
	if len(all) == 0 {
		return "nobody"
	}
	return id(all[o.rng.IntN(len(all))])
}

func (o *operator) step(t *testing.T) {
	o.n++
	pack := pick(o, o.srv.BandwidthPackages(), func(p eiptest.BandwidthPackage) string { return p.ID })
	pool := pick(o, o.srv.Pools(), func(p eiptest.Pool) string { return p.ID })
	group := pick(o, o.srv.Segments(), func(g eiptest.Segment) string { return g.ID })
	token := fmt.Sprint("t", o.rng.IntN(o.n+1))
	id := o.address()
	a, _ := o.srv.Address(id)
	in := []string{"i-test1", "i-test2", "eni-test1", "ngw-test1"}[o.rng.IntN(4)]
	kind := map[string]string{"i": "EcsInstance", "eni": "NetworkInterface", "ngw": "Nat"}[strings.Split(in, "-")[0]]
	calls := [][]string{
		{"AllocateEipAddress", "ClientToken", token}, {"AllocateEipAddress", "ClientToken", token, "Tag.1.Key", "k", "Tag.1.Value", token},
		{"AllocateEipAddress", "PublicIpAddressPoolId", pool}, {"AllocateEipAddress", "InstanceId", o.past()},
		{"AllocateEipAddress", "InstanceChargeType", "PrePaid", "Period", "1"},
		{"AllocateEipAddressPro", "InstanceChargeType", "PrePaid", "Period", "2", "ClientToken", token},
		{"AssociateEipAddress", "AllocationId", id, "InstanceId", in, "InstanceType", kind, "ClientToken", token},
		{"AssociateEipAddress", "AllocationId", id, "InstanceId", in, "InstanceType", kind},
		{"UnassociateEipAddress", "AllocationId", id, "InstanceId", a.InstanceID}, {"UnassociateEipAddress", "AllocationId", id},
		{"ReleaseEipAddress", "AllocationId", id}, {"ReleaseEipAddress", "AllocationId", id, "ClientToken", token},
		{"ModifyEipAddressAttribute", "AllocationId", id, "Bandwidth", "7", "Name", token},
		{"TagResources", "ResourceType", "EIP", "ResourceId.1", id, "Tag.1.Key", "a", "Tag.1.Value", token},
		{"UnTagResources", "ResourceType", "EIP", "ResourceId.1", id, "TagKey.1", "a"},
		{"TagResources", "ResourceType", "COMMONBANDWIDTHPACKAGE", "ResourceId.1", pack, "Tag.1.Key", "a", "Tag.1.Value", token},
		{"TagResources", "ResourceType", "PUBLICIPADDRESSPOOL", "ResourceId.1", pool, "Tag.1.Key", "a", "Tag.1.Value", token},
		{"MoveResourceGroup", "ResourceType", "eip", "ResourceId", id, "NewResourceGroupId", "rg-" + token},
		{"DeletionProtection", "Type", "EIP", "InstanceId", id, "ProtectionEnable", []string{"true", "false", "false"}[o.rng.IntN(3)]},
		{"SetHighDefinitionMonitorLogStatus", "InstanceId", id, "InstanceType", "EIP", "Status", "ON", "LogProject", token, "LogStore", "s"},
		{"AssociateEipAddressBatch", "InstanceIds.1", id, "InstanceIds.2", o.address(), "BindedInstanceId", in, "BindedInstanceType", kind, "Mode", "MULTI_BINDED"},
		{"ModifyEipForwardMode", "InstanceId", id, "Mode", "BINDED"},
		{"AllocateEipSegmentAddress", "EipMask", "28", "ClientToken", token}, {"ReleaseEipSegmentAddress", "SegmentInstanceId", group},
		{"TransformEipSegmentToPublicIpAddressPool", "InstanceId", group},
		{"CreateCommonBandwidthPackage", "Bandwidth", "20"}, {"DeleteCommonBandwidthPackage", "BandwidthPackageId", pack, "Force", "true"},
		{"ModifyCommonBandwidthPackageSpec", "BandwidthPackageId", pack, "Bandwidth", "30"},
		{"ModifyCommonBandwidthPackageAttribute", "BandwidthPackageId", pack, "Name", token},
		{"AddCommonBandwidthPackageIp", "BandwidthPackageId", pack, "IpInstanceId", id}, {"AddCommonBandwidthPackageIp", "BandwidthPackageId", pack, "IpInstanceId", id},
		{"RemoveCommonBandwidthPackageIp", "BandwidthPackageId", a.BandwidthPackageID + pack[:0], "IpInstanceId", id},
		{"ModifyCommonBandwidthPackageIpBandwidth", "BandwidthPackageId", a.BandwidthPackageID, "EipId", id, "Bandwidth", "3"},
		{"CancelCommonBandwidthPackageIpBandwidth", "BandwidthPackageId", a.BandwidthPackageID, "EipId", id},
		{"CreatePublicIpAddressPool", "Name", token}, {"DeletePublicIpAddressPool", "PublicIpAddressPoolId", pool},
		{"UpdatePublicIpAddressPoolAttribute", "PublicIpAddressPoolId", pool, "Name", token},
		{"AddPublicIpAddressPoolCidrBlock", "PublicIpAddressPoolId", pool, "CidrMask", "28"},
		{"DeletePublicIpAddressPoolCidrBlock", "PublicIpAddressPoolId", pool, "CidrBlock", o.block(pool)},
		{"AddGlobalAccelerationInstanceIp", "GlobalAccelerationInstanceId", "ga-test1", "IpInstanceId", id},
		{"RemoveGlobalAccelerationInstanceIp", "GlobalAccelerationInstanceId", "ga-test1", "IpInstanceId", id},
		{"OpenPublicIpAddressPoolService"}, {"DescribeEipAddresses", "PageSize", "100"},
	}
	others := []func(){
		func() { o.srv.ForceRelease(id) }, func() { o.srv.ForceBind(id, "i-test3") }, func() { o.srv.SetVisible(id, o.rng.IntN(2) == 0) },
		func() { o.srv.SetStatus(id, eiptest.Available) }, func() { o.srv.SetQuota(40 + o.rng.IntN(9)) },
		func() { o.srv.SetStock("cn-hangzhou", 90+o.rng.IntN(9)) }, func() { o.srv.SetBalance(1e6 + float64(o.n)) },
		func() { o.srv.FailTransitions(eiptest.Associating, 1) }, func() { o.srv.FailTransitions(eiptest.Modifying, 1) },
		func() { o.srv.FailTransitions(eiptest.Binding, 1) },
		func() { require.NoError(t, o.srv.AddInstance(eiptest.Instance{ID: "i-" + token, Type: eiptest.ECS})) },
		func() { o.srv.RemoveInstance("i-" + token) }, func() { o.srv.SetInstanceStatus("i-test3", "Starting") },
		func() { o.srv.Change(id, func(a *eiptest.Address) { a.BandwidthPackageID = pack }) },
		func() {
			o.srv.ChangeBandwidthPackage(pack, func(p *eiptest.BandwidthPackage) { p.Description = token })
		},
		func() { o.srv.TakeByNLB(id, "nlb-test1") }, func() { o.srv.FreeByNLB(id) },
	}
	if k := o.rng.IntN(len(calls) + 5); k < len(calls) {
		c := calls[k]
		if got := o.call(c[0], append([]string{"RegionId", "cn-hangzhou"}, c[1:]...)...); got.str("OrderId") != "" && o.rng.IntN(2) == 0 {
			var order int64
			fmt.Sscan(got.str("OrderId"), &order)
			o.srv.PayOrder(order)
		}
	} else {
		others[o.rng.IntN(len(others))]()
	}
	o.clock.move(time.Duration(o.rng.IntN(20)) * time.Millisecond)
}

func (o *operator) past() string {
	all := o.srv.AddressesEverMade()
	return pick(o, all, func(a eiptest.Address) string { return a.AllocationID })
}

func (o *operator) block(pool string) string {
	for _, p := range o.srv.Pools() {
		if p.ID == pool && len(p.Blocks) > 0 {
			return p.Blocks[0].Prefix
		}
	}
	return "nothing"
}

// After every call the state file holds exactly the state: a server that begins
// with a copy of it has the same snapshot, and answers a token as the first does.
func TestStateFileHoldsEverything(t *testing.T) {
	t.Parallel()
	seeds, every := 3, 20
	if os.Getenv("EIP_LONG") == "1" {
		seeds, every = 40, 4
	}
	for seed := range uint64(seeds) {
		clock := newHandClock()
		opts := []eiptest.Option{eiptest.WithPipe(), eiptest.WithClock(clock.now), eiptest.WithTransition(10 * time.Millisecond),
			eiptest.WithBandwidthPackageTime(15 * time.Millisecond), eiptest.WithVisibilityDelay(time.Millisecond * time.Duration(seed)),
			eiptest.WithQuota(40), eiptest.WithStock("cn-hangzhou", 500), eiptest.WithSegmentStock(28, 5),
			eiptest.WithPools(eiptest.Pool{ID: "pool-loose", Free: 5}, eiptest.Pool{ID: "pool-block", Blocks: []eiptest.PoolBlock{{Prefix: "203.0.113.0/28"}}}),
			eiptest.WithInstances(append(eiptest.DefaultInstances(), eiptest.Instance{ID: "ga-test1", Type: eiptest.GA}, eiptest.Instance{ID: "nlb-test1", Type: eiptest.NLB})...)}
		path := filepath.Join(t.TempDir(), "state")
		srv := eiptest.NewServer(t, append(opts, eiptest.WithStateFile(path))...)
		o := &operator{caller: newCaller(t, srv), rng: rand.New(rand.NewPCG(seed, 1)), clock: clock}
		for i := range 400 {
			o.step(t)
			if i%every > 0 {
				continue
			}
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			copied := path + ".copy"
			require.NoError(t, os.WriteFile(copied, data, 0o600))
			again, err := eiptest.New(append(opts, eiptest.WithStateFile(copied))...)
			require.NoError(t, err)
			want, got := snapshotOf(t, srv), snapshotOf(t, again)
			same(t, want, got, fmt.Sprintf("seed %d, step %d", seed, i))
			require.Equal(t, srv.Addresses(), again.Addresses(), "seed %d, step %d", seed, i)
			if i%(10*every) == 0 {
				require.NoError(t, again.LoadSnapshot([]byte(want)))
				same(t, want, snapshotOf(t, again), "loaded")
			}
			again.Close()
		}
		codes := srv.Counts().Codes
		assert.Zero(t, codes["InternalError"])
		assert.Greater(t, len(srv.AddressesEverMade()), 50)
	}
}

// A last line that was cut off anywhere is left out; what came before it is there.
func TestStateFileCutOff(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithStateFile(path))
	c := newCaller(t, srv)
	first, _ := c.allocate("ClientToken", "t1")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	before := snapshotOf(t, srv)
	second, _ := c.allocate("ClientToken", "t2")
	all, err := os.ReadFile(path)
	require.NoError(t, err)
	for cut := len(whole); cut <= len(all); cut += 1 + (len(all)-len(whole))/60 {
		copied := path + ".cut"
		require.NoError(t, os.WriteFile(copied, all[:cut], 0o600))
		again, err := eiptest.New(eiptest.WithTransition(0), eiptest.WithStateFile(copied))
		require.NoError(t, err, "%d of %d", cut, len(all))
		if cut < len(all)-1 {
			same(t, before, snapshotOf(t, again), fmt.Sprint(cut))
			id, _ := newCaller(t, again).allocate("ClientToken", "t1")
			require.Equal(t, first, id)
		}
		again.Close()
	}
	_, there := srv.Address(second)
	require.True(t, there)
}

func TestStateFileRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, tt := range map[string]struct{ content, says string }{
		"not JSON":        {"hello", "line 1: invalid character"},
		"cut off at once": {`{"format":"eipsim/1",`, "line 1: the document ends too early"},
		"of the future":   {`{"format":"eipsim/9"}`, `format: "eipsim/9" is not "eipsim/1"`},
		"a change first":  {`{"change":true}`, "line 1: change"},
		"broken within":   {"{\"format\":\"eipsim/1\"}\n{\"change\":true,\"quota\":}\n{\"change\":true}\n", "line 2: quota: invalid character"},
		"unknown field":   {"{\"format\":\"eipsim/1\"}\n{\"change\":true,\"quoat\":1}\n", "line 2: quoat: is not a field"},
		"nothing of ours": {`{"addresses":[{"region":"nowhere"}]}`, `addresses[0].region: "nowhere"`},
	} {
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		require.NoError(t, os.WriteFile(path, []byte(tt.content), 0o600))
		_, err := eiptest.New(eiptest.WithStateFile(path))
		require.ErrorContains(t, err, tt.says, name)
		require.ErrorContains(t, err, path, name)
		left, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, tt.content, string(left), "a file that is refused stays as it is")
	}
	_, err := eiptest.New(eiptest.WithStateFile(""))
	require.ErrorContains(t, err, "the path is empty")
	_, err = eiptest.New(eiptest.WithStateFile(filepath.Join(dir, "nowhere", "state")))
	require.ErrorContains(t, err, "no such file")
	path := filepath.Join(dir, "mine")
	srv := eiptest.NewServer(t, eiptest.WithStateFile(path))
	_, err = eiptest.New(eiptest.WithStateFile(path))
	require.ErrorContains(t, err, "another process has the state file")
	srv.Close()
	again, err := eiptest.New(eiptest.WithStateFile(path))
	require.NoError(t, err)
	again.Close()
}

// Flags and seed count for a new file only; an empty one is new.
func TestStateFileBegins(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	seed := eiptest.WithSeedDocument([]byte(`{"quota":7,"addresses":[{"id":"eip-mine"}]}`))
	for i := range 3 {
		srv, err := eiptest.New(eiptest.WithStateFile(path), eiptest.WithQuota(9), seed)
		require.NoError(t, err)
		c := newCaller(t, srv)
		require.Len(t, srv.Addresses(), 1+i)
		require.Equal(t, "eip-mine", srv.Addresses()[0].AllocationID)
		c.allocate()
		require.Contains(t, snapshotOf(t, srv), `"quota": 7`)
		srv.Close()
	}
	srv := eiptest.NewServer(t, eiptest.WithStateFile(path), seed)
	require.NoError(t, srv.Reset())
	require.Len(t, srv.Addresses(), 1, "the state of the start is that of the seed")
}
