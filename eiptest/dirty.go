package eiptest

// dirtyKind is what a change concerns.
type dirtyKind uint8

const (
	addressKind dirtyKind = iota
	segmentKind
	packageKind
	poolKind
	instanceKind
	orderKind
	dueKind
	accountKind // quota, stock, balance and so on, which every change has
)

// dirtyID names something that may have changed: by its ID, or by its number if it
// is an order or something due.
type dirtyID struct {
	kind   dirtyKind
	id     string
	number uint64
}

// dirty is what has changed since the journal was written. It is nil without a
// journal.
type dirty struct {
	ids    map[dirtyID]struct{}
	order  []dirtyID // the same, in the order in which they changed first
	tokens []*done
	whole  bool // everything
}

// touch notes that something has changed.
func (s *service) touch(id dirtyID) {
	if _, there := s.dirty.ids[id]; !there && s.dirty.ids != nil {
		s.dirty.ids[id] = struct{}{}
		s.dirty.order = append(s.dirty.order, id)
	}
}

func (s *service) touchAddress(id string)           { s.touch(dirtyID{kind: addressKind, id: id}) }
func (s *service) touchSegment(g *segment)          { s.touch(dirtyID{kind: segmentKind, id: g.ID}) }
func (s *service) touchPackage(p *bandwidthPackage) { s.touch(dirtyID{kind: packageKind, id: p.ID}) }
func (s *service) touchPool(p *pool)                { s.touch(dirtyID{kind: poolKind, id: p.ID}) }
func (s *service) touchInstance(id string)          { s.touch(dirtyID{kind: instanceKind, id: id}) }
func (s *service) touchOrder(id int64)              { s.touch(dirtyID{kind: orderKind, number: uint64(id)}) }

// uses notes that an action has looked something up. If it is one that writes, and
// succeeds, it may have changed it.
func (c *call) uses(id dirtyID) {
	if c.writes && c.s.dirty.ids != nil {
		c.used = append(c.used, id)
	}
}
