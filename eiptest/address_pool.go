package eiptest

import (
	"slices"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// The states of a pool of public addresses, and of its blocks, on the wire. A
// block that is being added is Modifying, and so is a bandwidth package whose
// bandwidth is changed.
const (
	Created   = "Created"
	Modifying = "Modifying"
	Deleting  = "Deleting"
)

// Pool is what the service knows of one pool of public addresses, and how
// WithPools describes one.
type Pool struct {
	ID       string
	RegionID string // WithPools: empty means any
	Status   string // WithPools: empty means Created, the only one that gives addresses
	// Free is the number of addresses left. Those of WithPools are in no block, and
	// are added to those of Blocks.
	Free        int
	Total, Used int  // not read by WithPools
	AntiDDoS    bool // its addresses have AntiDDoS_Enhanced
	Blocks      []PoolBlock

	Name               string
	Description        string
	ISP                string // WithPools: empty means that the pool does not care
	BizType            string
	Zones              []string
	ResourceGroupID    string
	Tags               map[string]string
	DeletionProtection bool
	Token              string // ClientToken of the call that made it
	CreatedAt          time.Time
}

// pool is one pool, from its creation on.
type pool struct {
	Pool
	seq       uint64 // order of creation
	tags      []tag
	blocks    []*block
	loose     int // addresses left that are in no block
	looseUsed int
	gone      bool
}

func (p *pool) count() (total, used int) {
	total, used = p.loose+p.looseUsed, p.looseUsed
	for _, b := range p.blocks {
		total, used = total+b.size(), used+len(b.used)
	}
	return total, used
}

func (p *pool) copy() Pool {
	out := p.Pool
	out.Zones = slices.Clone(p.Zones)
	out.Total, out.Used = p.count()
	out.Free = out.Total - out.Used
	out.Tags = make(map[string]string, len(p.tags))
	for _, t := range p.tags {
		out.Tags[t.key] = t.value
	}
	out.Blocks = make([]PoolBlock, 0, len(p.blocks))
	for _, b := range p.blocks {
		out.Blocks = append(out.Blocks, b.copy())
	}
	return out
}

func (p *pool) resource() resource {
	return resource{p.ID, &p.tags, &p.ResourceGroupID, &p.DeletionProtection}
}

// in reports whether the pool is in a region. One of WithPools may be in all.
func (p *pool) in(region string) bool { return p.RegionID == "" || p.RegionID == region }

// enterPool puts a new pool into the books.
func (s *service) enterPool(p *pool, now time.Time) {
	s.poolSeq++
	p.seq, p.Status, p.CreatedAt = s.poolSeq, Created, now
	s.pools[p.ID] = p
	s.poolList = append(s.poolList, p)
	s.touchPool(p)
}

// leavePool takes a pool out of the books, with its blocks.
func (s *service) leavePool(p *pool) {
	p.gone = true
	s.touchPool(p)
	delete(s.pools, p.ID)
	s.poolList = slices.DeleteFunc(s.poolList, func(o *pool) bool { return o == p })
	for _, b := range slices.Clone(p.blocks) {
		s.leaveBlock(b)
	}
}

// poolNamed looks up the pool that the call names. The code is that of the page
// of AllocateEipAddressPro.
func (c *call) poolNamed(id string) (*pool, *fake.Refusal) {
	p := c.s.pools[id]
	c.uses(dirtyID{kind: poolKind, id: id})
	if p == nil || !p.in(c.region) {
		return nil, c.no("ResourceNotFound.PublicIpAddressPool")
	}
	return p, nil
}

// poolService refuses a change of pools until the service is opened. No document
// names a code; Forbidden is the documented one for a right that the account
// lacks.
func (c *call) poolService() *fake.Refusal {
	if !c.s.poolOpen {
		return c.no("Forbidden")
	}
	return nil
}

// dry ends a dry run that nothing speaks against.
func (c *call) dry() *fake.Refusal {
	if dry, _ := c.p.flag("DryRun"); dry {
		return c.no("DryRunOperation")
	}
	return nil
}

// createPool serves CreatePublicIpAddressPool. No document names its codes; those
// here are the documented ones that fit.
func createPool(c *call) (obj, *fake.Refusal) {
	if ref := c.poolService(); ref != nil {
		return nil, ref
	}
	p := &pool{Pool: Pool{RegionID: c.region, Name: c.p["Name"], Description: c.p["Description"],
		ISP: c.p["Isp"], BizType: c.p["BizType"], Zones: c.p.indexed("Zones", ""), Token: c.token}}
	if p.ISP == "" {
		p.ISP = "BGP"
	}
	if p.BizType == "" {
		p.BizType = "Default"
	}
	var ref *fake.Refusal
	if p.tags, ref = c.p.tags(); ref != nil {
		return nil, ref
	}
	if p.ResourceGroupID, ref = c.group(); ref != nil {
		return nil, ref
	}
	switch {
	case !validText(p.Name, 128):
		return nil, invalid("Name")
	case !validText(p.Description, 256):
		return nil, invalid("Description")
	case !c.sells(p.ISP):
		return nil, c.noWith("IllegalParam.Isp", p.ISP)
	case p.BizType != "Default" && p.BizType != "CloudBox":
		return nil, invalid("BizType")
	case p.BizType == "CloudBox" && len(p.Zones) == 0:
		return nil, missing("Zones")
	}
	for _, z := range p.Zones {
		if !c.validZone(z) {
			return nil, invalid("Zones")
		}
	}
	for _, v := range c.p.indexed("SecurityProtectionTypes", "") {
		if v != "AntiDDoS_Enhanced" {
			return nil, invalid("SecurityProtectionTypes")
		}
		p.AntiDDoS = true
	}
	if ref := c.dry(); ref != nil {
		return nil, ref
	}
	p.ID = c.s.id("pippool-")
	c.s.enterPool(p, c.now)
	return obj{{"PublicIpAddressPoolId", p.ID}, {"PulbicIpAddressPoolId", p.ID}, {"ResourceGroupId", p.ResourceGroupID}}, nil
}

// updatePool serves UpdatePublicIpAddressPoolAttribute. A pool that is being
// deleted can only be queried, as the SDK metadata say.
func updatePool(c *call) (obj, *fake.Refusal) {
	p, ref := c.poolNamed(c.p["PublicIpAddressPoolId"])
	if ref != nil {
		return nil, ref
	}
	name, named := c.p["Name"]
	description, described := c.p["Description"]
	switch {
	case !validText(name, 128):
		return nil, invalid("Name")
	case !validText(description, 256):
		return nil, invalid("Description")
	case p.Status != Created:
		return nil, c.no("IncorrectStatus.PublicIpAddressPool")
	}
	if ref := c.dry(); ref != nil {
		return nil, ref
	}
	if named {
		p.Name = name
	}
	if described {
		p.Description = description
	}
	return nil, nil
}

// deletePool serves DeletePublicIpAddressPool. No document names a code for a
// pool that is in use, protected or on its way to another state; that of the
// pool's state is the documented one that fits.
func deletePool(c *call) (obj, *fake.Refusal) {
	p, ref := c.poolNamed(c.p["PublicIpAddressPoolId"])
	if ref != nil {
		return nil, ref
	}
	_, used := p.count()
	busy := slices.ContainsFunc(p.blocks, func(b *block) bool { return b.Status != Created })
	if p.Status != Created || busy || used > 0 || p.DeletionProtection {
		return nil, c.no("IncorrectStatus.PublicIpAddressPool")
	}
	if ref := c.dry(); ref != nil {
		return nil, ref
	}
	p.setStatus(Deleting)
	c.s.after(c.now, c.s.set.poolTime, dueTask{Do: deletePoolTask, ID: p.ID, Back: c.s.fails(Deleting)})
	return nil, nil
}

// listPools serves ListPublicIpAddressPools. Without Isp it lists the pools of all
// lines.
func listPools(c *call) (obj, *fake.Refusal) {
	page, ref := c.tokenPage("pools")
	if ref != nil {
		return nil, ref
	}
	ids := c.p.indexed("PublicIpAddressPoolIds", "")
	if len(ids) > 100 {
		return nil, invalid("PublicIpAddressPoolIds.101")
	}
	want, ref := c.p.tagsOf("Tags")
	if ref != nil {
		return nil, ref
	}
	if v := c.p["Status"]; v != "" && v != Created && v != Modifying && v != Deleting {
		return nil, invalid("Status")
	}
	if v := c.p["Isp"]; v != "" && !slices.Contains(isps, v) {
		return nil, invalid("Isp")
	}
	if ref := c.dry(); ref != nil {
		return nil, ref
	}
	enhanced, asked := c.p.flag("SecurityProtectionEnabled")
	is := func(name, value string) bool { return c.p[name] == "" || c.p[name] == value }
	for _, p := range c.s.poolList {
		if !p.in(c.region) || len(ids) > 0 && !slices.Contains(ids, p.ID) ||
			!is("Name", p.Name) || !is("Status", p.Status) || !is("Isp", p.ISP) || !is("ResourceGroupId", p.ResourceGroupID) ||
			asked && enhanced != p.AntiDDoS || !hasTags(p.tags, want) {
			continue
		}
		if page.takes(p.seq) {
			page.items = append(page.items, p.show(c.region))
		}
	}
	return page.answer("PublicIpAddressPoolList"), nil
}

// hasTags reports whether all tags are there. A tag without a value stands for
// any value, as it does for addresses.
func hasTags(have, want []tag) bool {
	for _, w := range want {
		if !slices.ContainsFunc(have, func(t tag) bool { return t.key == w.key && (w.value == "" || t.value == w.value) }) {
			return false
		}
	}
	return true
}

// ownerID is the account under test.
const ownerID = int64(1234567890123456)

func (p *pool) show(region string) obj {
	total, used := p.count()
	zones, protection, tags := list{}, list{}, list{}
	for _, z := range p.Zones {
		zones = append(zones, z)
	}
	if p.AntiDDoS {
		protection = append(protection, "AntiDDoS_Enhanced")
	}
	for _, t := range p.tags {
		tags = append(tags, obj{{"Key", t.key}, {"Value", t.value}})
	}
	return obj{
		{"PublicIpAddressPoolId", p.ID}, {"RegionId", region}, {"Zones", zones}, {"Name", p.Name},
		{"Description", p.Description}, {"Status", p.Status}, {"BusinessStatus", "Normal"}, {"BizType", p.BizType},
		{"Isp", p.ISP}, {"SecurityProtectionTypes", protection}, {"TotalIpNum", total}, {"UsedIpNum", used},
		{"IpAddressRemaining", used < total}, {"ResourceGroupId", p.ResourceGroupID}, {"Tags", tags},
		{"OwnerId", ownerID}, {"UserType", "admin"}, {"ShareType", ""},
		{"CreationTime", p.CreatedAt.UTC().Format(timeLayout)},
	}
}

// poolServiceStatus serves GetPublicIpAddressPoolServiceStatus.
func poolServiceStatus(c *call) (obj, *fake.Refusal) {
	return obj{{"Enabled", c.s.poolOpen}}, nil
}

// openPoolService serves OpenPublicIpAddressPoolService, for all regions. A
// success carries Code and Message as well, and so does a second one.
func openPoolService(c *call) (obj, *fake.Refusal) {
	c.s.poolOpen = true
	c.s.touch(dirtyID{kind: accountKind})
	return obj{{"Code", "200"}, {"Message", "successful"}}, nil
}

// validZone reports whether a zone is one of the call's region.
func (c *call) validZone(z string) bool {
	return strings.HasPrefix(z, c.region+"-") && len(z) == len(c.region)+2
}
