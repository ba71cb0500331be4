package zenlayertest

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
	"github.com/eipkit/eip-go/zenlayer"
)

// The states of an address.
const (
	creating      = "CREATING"
	createFailed  = "CREATE_FAILED"
	available     = "AVAILABLE"
	associating   = "ASSOCIATING"
	associated    = "ASSOCIATED"
	unassociating = "UNASSOCIATING"
	recycling     = "RECYCLING"
	recycle       = "RECYCLE"

	prepaid  = "PREPAID"
	postpaid = "POSTPAID"
)

// address is an elastic IP with what is going to happen to it.
type address struct {
	Address
	number uint64 // in order of creation
	madeAt time.Time
	paid   float64
	stock  bool      // it was taken from its zone's stock
	due    time.Time // when next is reached
	next   string    // a state; empty with a due time means gone
}

// add makes an address.
func (s *service) add(a Address, now time.Time) *address {
	s.serial++
	x := s.serial*0x9e3779b97f4a7c15 + s.set.seed // odd factor: no two serials meet
	a.EipID = fmt.Sprintf("eip-%016x", x)
	// 100.64.0.0/10 is nobody's address on the Internet.
	n := uint32(100)<<24 | 64<<16 + uint32(s.serial%(1<<22))
	a.IPAddress = netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}).String()
	a.Status, a.CreatedAt = creating, now.UTC().Truncate(time.Second)
	made := &address{Address: a, number: s.serial, madeAt: now}
	next := available
	if s.failCreation > 0 {
		s.failCreation--
		next = createFailed
	}
	s.made = append(s.made, made)
	s.alive = append(s.alive, made)
	s.byID[made.EipID] = made
	s.move(made, creating, next, s.set.makeTime, now)
	return made
}

// move sends an address on its way to a state.
func (s *service) move(a *address, via, next string, after time.Duration, now time.Time) {
	a.Status, a.next, a.due = via, next, now.Add(after)
	s.moving[a] = true
	if after == 0 {
		s.arrive(a)
	}
}

// advance lets everything happen that is due.
func (s *service) advance(now time.Time) {
	for a := range s.moving {
		for s.moving[a] && !a.due.After(now) {
			s.arrive(a)
		}
	}
	if s.gone > 64 && s.gone > len(s.alive)/2 {
		s.alive = slices.DeleteFunc(s.alive, func(a *address) bool { return !a.GoneAt.IsZero() })
		s.gone = 0
	}
}

// arrive carries the next step of an address out.
func (s *service) arrive(a *address) {
	at := a.due
	delete(s.moving, a)
	a.due = time.Time{}
	switch a.next {
	case "":
		s.drop(a, at)
		return
	case available, recycle:
		a.InstanceID = ""
	}
	a.Status = a.next
	if a.next == recycle {
		a.next, a.due = "", at.Add(s.set.binLife)
		s.moving[a] = true
	}
}

// take takes an address from the stock of its zone, if that has an end.
func (s *service) take(a *address) {
	if z := s.zones[a.ZoneID]; z != nil && z.Stock > 0 {
		z.Stock--
		a.stock = true
	}
}

// drop removes an address for good and gives it back to the stock it was taken
// from.
func (s *service) drop(a *address, now time.Time) {
	delete(s.moving, a)
	delete(s.byID, a.EipID)
	a.Status, a.GoneAt = "", now
	s.gone++
	if z := s.zones[a.ZoneID]; z != nil && a.stock && z.Stock >= 0 {
		z.Stock++
	}
}

// visible says whether the interface shows an address yet.
func (c *call) visible(a *address) bool {
	return a.GoneAt.IsZero() && !c.now.Before(a.madeAt.Add(c.s.set.visibleAfter))
}

// find gives the address that a parameter names.
func (c *call) find(name string) (*address, *fake.Refusal) {
	id, ref := c.needText(name)
	if ref != nil {
		return nil, ref
	}
	a := c.s.byID[id]
	if a == nil || !c.visible(a) {
		return nil, refuse(zenlayer.CodeInvalidEipNotFound, "The elastic IP %s does not exist.", id)
	}
	return a, nil
}

// read decodes a parameter. It reports whether it is there.
func (c *call) read(name string, into any) (bool, *fake.Refusal) {
	raw, ok := c.p[name]
	if !ok || string(raw) == "null" {
		return false, nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return false, refuse(zenlayer.CodeInvalidParameterType, "The parameter %s has the wrong type.", name)
	}
	return true, nil
}

func (c *call) text(name string) (string, *fake.Refusal) {
	var v string
	_, ref := c.read(name, &v)
	return v, ref
}

func (c *call) needText(name string) (string, *fake.Refusal) {
	v, ref := c.text(name)
	if ref == nil && strings.TrimSpace(v) == "" {
		ref = refuse(zenlayer.CodeMissingParameter, "The parameter %s is empty.", name)
	}
	return v, ref
}

// number reads an integer within bounds.
func (c *call) number(name string, def, least, most int) (int, *fake.Refusal) {
	v := def
	there, ref := c.read(name, &v)
	switch {
	case ref != nil || !there:
		return def, ref
	case v < least:
		return 0, refuse(zenlayer.CodeInvalidParameterLessMinimum, "The parameter %s is less than %d.", name, least)
	case v > most:
		return 0, refuse(zenlayer.CodeInvalidParameterExceedMaximum, "The parameter %s is more than %d.", name, most)
	}
	return v, nil
}

// list reads IDs, at most 100 of them.
func (c *call) list(name string, required bool) ([]string, *fake.Refusal) {
	var v []string
	there, ref := c.read(name, &v)
	switch {
	case ref != nil:
		return nil, ref
	case !there && required:
		return nil, refuse(zenlayer.CodeMissingParameter, "The parameter %s is empty.", name)
	case required && len(v) == 0:
		return nil, refuse(zenlayer.CodeInvalidParameterLessLength, "The parameter %s is empty.", name)
	case len(v) > 100:
		return nil, refuse(zenlayer.CodeInvalidParameterExceedLength, "The parameter %s has more than 100 elements.", name)
	}
	return v, nil
}

// charge reads charge type and period.
func (c *call) charge() (chargeType string, period int, ref *fake.Refusal) {
	if chargeType, ref = c.needText("eipChargeType"); ref != nil {
		return "", 0, ref
	}
	if chargeType != prepaid && chargeType != postpaid {
		return "", 0, refuse(zenlayer.CodeInvalidParameterValue, "The parameter eipChargeType is neither PREPAID nor POSTPAID.")
	}
	var sub struct {
		Period *int `json:"period"`
	}
	there, ref := c.read("eipChargePrepaid", &sub)
	switch {
	case ref != nil:
		return "", 0, ref
	case chargeType == postpaid:
		return chargeType, 0, nil
	case !there || sub.Period == nil:
		return "", 0, refuse(zenlayer.CodeMissingParameter, "The parameter eipChargePrepaid.period is empty.")
	case *sub.Period < 1:
		return "", 0, refuse(zenlayer.CodeInvalidParameterLessMinimum, "The parameter eipChargePrepaid.period is less than 1.")
	case *sub.Period > 36:
		return "", 0, refuse(zenlayer.CodeInvalidParameterExceedMaximum, "The parameter eipChargePrepaid.period is more than 36.")
	}
	return chargeType, *sub.Period, nil
}

// zone reads a zone that has to exist.
func (c *call) zone() (*Zone, *fake.Refusal) {
	id, ref := c.needText("zoneId")
	if ref != nil {
		return nil, ref
	}
	z := c.s.zones[id]
	if z == nil {
		return nil, refuse(zenlayer.CodeInvalidZoneNotFound, "The zone %s does not exist.", id)
	}
	return z, nil
}

func (s *service) groupExists(id string) bool {
	if s.set.groups == nil {
		return strings.HasPrefix(id, "rg-")
	}
	return s.set.groups[id] || id != "" && id == s.set.group
}
