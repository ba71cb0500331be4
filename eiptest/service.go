package eiptest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/eipkit/eip-go/internal/fake"
)

// accessKey is what the service knows of one key.
type accessKey struct {
	secret   string
	token    string // security token that must come with it
	expires  time.Time
	disabled bool
}

// service is the EIP service behind the HTTP engine. Everything below mu is
// guarded by it; transitions are carried out when the next call looks, so
// there is no goroutine.
type service struct {
	set    settings
	clock  func() time.Time
	keysMu sync.RWMutex
	keys   map[string]accessKey
	nonces nonces

	mu sync.Mutex
	books
	dirty   dirty
	journal *journal // nil without a state file
}

// books are the state of the service, which a snapshot holds.
type books struct {
	tokens    tokens
	regions   map[string]*region
	byID      map[string]*address
	byIP      map[string]*address
	bound     map[string][]*address // by instance ID
	past      map[string]*address   // released addresses, by IP
	pastByID  map[string]*address
	pastQueue []*address
	instances map[string]*Instance
	segments  map[string]*segment
	pools     map[string]*pool
	poolList  []*pool // in order of creation
	poolSeq   uint64
	poolOpen  bool // the service of the pools is opened
	packages  map[string]*bandwidthPackage
	orders    map[int64]*order
	made      []*address

	packageOrder []*bandwidthPackage // in order of creation

	due       dueQueue
	alive     int // addresses that count against the quota
	quota     int
	serial    uint64
	madeSeq   uint64 // of addresses
	memberSeq uint64 // of addresses in bandwidth packages
	net       network
	balance   float64
	failing   map[string]int // transitions that are going to fail, by status
}

// region holds what belongs to one region, in order of creation.
type region struct {
	addresses []*address
	gone      int // of these, no longer there
	segments  []*segment
	stock     int // addresses left, -1 means no end
	masks     map[string]int
}

func newService(set settings) *service {
	set.follow()
	s := &service{set: set, clock: set.clock, keys: map[string]accessKey{}}
	s.books = books{
		tokens:    tokens{byKey: map[string]*done{}},
		regions:   map[string]*region{},
		byID:      map[string]*address{},
		byIP:      map[string]*address{},
		bound:     map[string][]*address{},
		past:      map[string]*address{},
		pastByID:  map[string]*address{},
		instances: map[string]*Instance{},
		segments:  map[string]*segment{},
		pools:     map[string]*pool{},
		packages:  map[string]*bandwidthPackage{},
		orders:    map[int64]*order{},
		balance:   set.balance,
		quota:     set.quota,
		failing:   map[string]int{},
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	for id, k := range set.keys {
		s.keys[id] = k
	}
	for _, id := range set.regions {
		s.regions[id] = &region{stock: -1, masks: maps.Clone(set.masks)}
	}
	for id, n := range set.stock {
		if r := s.regions[id]; r != nil {
			r.stock = n
		}
	}
	for _, in := range set.instances {
		s.addInstance(in)
	}
	s.poolOpen = !set.poolsClosed
	s.addPools(set.pools)
	return s
}

func (s *service) key(id string) (accessKey, bool) {
	s.keysMu.RLock()
	defer s.keysMu.RUnlock()
	k, ok := s.keys[id]
	return k, ok
}

// params are the parameters of one call.
type params map[string]string

// call is one call of an action, with the service's mutex held.
type call struct {
	s      *service
	action string
	p      params
	now    time.Time
	writes bool
	used   []dirtyID // what the action has looked up, and changes if it succeeds
	region string    // RegionId, or the home region
	rg     *region
	token  string
}

// Run implements fake.Service.
func (s *service) Run(req *fake.Request, now time.Time) fake.Reply {
	in := req.Vendor.(*incoming)
	if ref := s.check(in, now); ref != nil {
		return s.Refuse(req, *ref)
	}
	body, ref := s.act(in.params)
	if ref != nil {
		return s.Refuse(req, *ref)
	}
	if req.Spoil.Kind != "" {
		body = spoil(req, body)
	}
	id := requestID()
	return s.reply(req, 200, req.Action+"Response", "", id, append(obj{{"RequestId", id}}, body...))
}

// act looks the token up, carries the action out, and keeps the answer.
func (s *service) act(p params) (obj, *fake.Refusal) {
	a := actions[p["Action"]]
	c := &call{s: s, action: p["Action"], p: p, now: s.clock()}
	if a.token {
		c.token = p["ClientToken"]
	}
	if !validToken(c.token) {
		return nil, invalid("ClientToken")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(c.now)
	c.writes = a.writes
	if c.token == "" {
		body, ref := c.do(a)
		return c.commit(body, ref)
	}
	key := p["AccessKeyId"] + "\x00" + c.action + "\x00" + c.token
	print := s.tokens.fingerprint(p)
	if d := s.tokens.find(key, c.now, s.set.tokenLife); d != nil {
		switch {
		case d.print != print:
			return nil, c.no("IdempotentParameterMismatch")
		case c.now.Sub(d.at) < s.set.tokenBusy:
			return nil, c.no("LastTokenProcessing")
		}
		return c.commit(d.body, d.ref) // of a call whose change could not be written down
	}
	body, ref := c.do(a)
	if ref == nil || s.set.replayRefusals {
		d := &done{key: key, print: print, at: c.now, body: body, ref: ref}
		s.tokens.keep(d)
		if s.dirty.ids != nil {
			s.dirty.tokens = append(s.dirty.tokens, d)
		}
	}
	return c.commit(body, ref)
}

// commit writes down what the call has changed before it is answered. An answer
// that cannot be relied upon is none: the call may have run then.
func (c *call) commit(body obj, ref *fake.Refusal) (obj, *fake.Refusal) {
	if ref == nil {
		for _, id := range c.used {
			c.s.touch(id)
		}
	}
	if err := c.s.commit(false); err != nil {
		return nil, c.no("InternalError")
	}
	return body, ref
}

func (c *call) do(a action) (obj, *fake.Refusal) {
	c.region = c.p["RegionId"]
	if c.region == "" {
		if a.region {
			return nil, missing("RegionId")
		}
		c.region = c.s.set.home
	}
	for _, name := range slices.Concat(a.required, c.s.set.requiredToo[c.action]) {
		if c.p[name] == "" {
			name, _, _ = strings.Cut(name, ".") // of a list
			return nil, missing(name)
		}
	}
	if c.rg = c.s.regions[c.region]; c.rg == nil {
		return nil, c.no(a.noRegion)
	}
	for _, p := range a.typed {
		if v := c.p[p.name]; v != "" && !p.takes(v) {
			return nil, c.junk(p.name)
		}
	}
	return a.run(c)
}

// junk refuses a value that is not of the parameter's type: with the code that
// the action's document has for the parameter, or with the gateway's.
func (c *call) junk(name string) *fake.Refusal {
	switch {
	case name == "Bandwidth" && (c.pro() || c.action == "AllocateEipAddress" || c.action == "AllocateEipSegmentAddress"):
		return c.bad(name)
	case name == "Bandwidth" && c.action == "ModifyEipAddressAttribute":
		return c.noWhere("InvalidParameter", name)
	case name == "Bandwidth": // of a bandwidth package
		return c.no("InvalidParameter.Bandwidth")
	case name == "EipMask":
		return c.no("IllegalParam.EipMask")
	case name == "Period" && c.action == "DescribeEipMonitorData":
		return c.no("InvalidPeriod.ValueNotSupported")
	}
	return invalid(name)
}

// number reads an optional positive integer.
func (p params) number(name string, def int) (int, bool) {
	v := p[name]
	if v == "" {
		return def, true
	}
	n, err := strconv.Atoi(v)
	return n, err == nil
}

// flag reads an optional boolean in any case.
func (p params) flag(name string) (val, set bool) {
	switch strings.ToLower(p[name]) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// indexed reads Name.1, Name.2, … with a suffix, without gaps.
func (p params) indexed(name, suffix string) []string {
	var out []string
	for i := 1; ; i++ {
		v, ok := p[name+"."+strconv.Itoa(i)+suffix]
		if !ok {
			return out
		}
		out = append(out, v)
	}
}

// Tag is one tag.
type tag struct{ key, value string }

// tags reads Tag.N.Key and Tag.N.Value.
func (p params) tags() ([]tag, *fake.Refusal) { return p.tagsOf("Tag") }

// tagsOf reads tags under another name.
func (p params) tagsOf(name string) ([]tag, *fake.Refusal) {
	var out []tag
	seen := map[string]bool{}
	for i, key := range p.indexed(name, ".Key") {
		value := p[name+"."+strconv.Itoa(i+1)+".Value"]
		if i == 20 || key == "" || seen[key] || !validTag(key) || !validTag(value) {
			return nil, invalid(fmt.Sprintf("%s.%d", name, i+1))
		}
		seen[key] = true
		out = append(out, tag{key, value})
	}
	return out, nil
}

func validTag(s string) bool {
	low := strings.ToLower(s)
	return len([]rune(s)) <= 128 && !strings.HasPrefix(low, "aliyun") && !strings.HasPrefix(low, "acs:") &&
		!strings.Contains(low, "http://") && !strings.Contains(low, "https://")
}

// validText is the rule for names and descriptions.
func validText(s string, most int) bool {
	return len([]rune(s)) <= most && !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://")
}

// validName is the rule for the name of an address (2019 API reference, line 916).
// A letter is one of any script.
func (s *service) validName(v string) bool {
	for i, r := range v {
		if !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)) {
			return false
		}
	}
	return s.longEnough(v) && validText(v, 128)
}

// validDescription is the rule for the description of an address (2019 API
// reference, line 907).
func (s *service) validDescription(v string) bool {
	first, _ := utf8.DecodeRuneInString(v)
	return (v == "" || unicode.IsLetter(first)) && s.longEnough(v) && validText(v, 256)
}

func (s *service) longEnough(v string) bool { return utf8.RuneCountInString(v) >= s.set.shortestText }

// requestID makes an upper-case UUID.
func requestID() string {
	const hex = "0123456789ABCDEF"
	var b [36]byte
	hi, lo := rand.Uint64(), rand.Uint64()
	for i := range b {
		switch i {
		case 8, 13, 18, 23:
			b[i] = '-'
			continue
		}
		if i > 18 {
			b[i] = hex[lo&15]
			lo >>= 4
		} else {
			b[i] = hex[hi&15]
			hi >>= 4
		}
	}
	b[14] = '4'
	b[19] = "89AB"[rand.Uint64()&3]
	return string(b[:])
}

// id makes an identifier that is unique in this service and looks like the real
// one's. One that somebody has put into a seed or a snapshot is passed over.
func (s *service) id(prefix string) string {
	for {
		id := s.nextID(prefix)
		if s.byID[id] == nil && s.pastByID[id] == nil && s.segments[id] == nil && s.packages[id] == nil && s.pools[id] == nil {
			return id
		}
	}
}

func (s *service) nextID(prefix string) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	s.serial++
	x := s.serial*0x9e3779b97f4a7c15 + s.set.seed // odd factor: no two serials meet
	var b [20]byte
	for i := range b {
		if i < 13 { // 36^13 > 2^64: all of x is in here
			b[i] = alphabet[x%36]
			x /= 36
		} else {
			b[i] = alphabet[(s.serial>>(5*uint(i-13)))%32]
		}
	}
	return prefix + "bp1" + string(b[:])
}
