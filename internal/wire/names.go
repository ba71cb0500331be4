package wire

import (
	"fmt"
	"hash/maphash"
	"unicode/utf8"
)

// names gives each different name of a document a number, whatever way it is
// written, so that names are compared once and later only their numbers.
type names struct {
	list  []name
	table []uint32 // by hash: the number of a name plus 1, 0 for none
	// quick has those of the table that came last, by a hash that anybody can
	// make collide.
	quick [256]uint32
}

type name struct {
	key  uint32 // where it stood first
	seen uint32 // the object in which it was seen last, in the search for duplicates
}

// firstNames is for how many names there is room at first: a documented answer
// has fewer.
const firstNames = 128

func (d *Doc) resetNames() {
	n := &d.names
	if n.list == nil {
		n.makeRoom(firstNames)
	}
	n.list, d.known = n.list[:0], d.known[:0]
	clear(n.table)
	clear(n.quick[:])
}

// makeRoom makes room for so many names. The table is at most three quarters
// full then.
func (n *names) makeRoom(size int) {
	n.list = append(make([]name, 0, size), n.list...)
	n.table = make([]uint32, size+size/3+1)
}

// number gives the name at key its number.
func (d *Doc) number(key int) error {
	n, t := &d.names, &d.tokens[key]
	quick := &n.quick[quickHash(d.text[t.start:t.end])]
	if *quick != 0 && d.same(int(n.list[*quick-1].key), key) {
		t.link |= *quick - 1
		return nil
	}
	at := d.find(key)
	if n.table[at] == 0 {
		if len(n.list) == cap(n.list) {
			if len(n.list) == MaxNames {
				return fmt.Errorf("it has more than %d different names", MaxNames)
			}
			n.makeRoom(stepTo(cap(n.list), MaxNames))
			for i := range n.list {
				n.table[d.find(int(n.list[i].key))] = uint32(i + 1)
			}
			at = d.find(key)
		}
		n.list = append(n.list, name{key: uint32(key)})
		n.table[at] = uint32(len(n.list))
	}
	*quick = n.table[at]
	t.link |= *quick - 1
	return nil
}

// find returns where the name at key is in the table, or belongs.
func (d *Doc) find(key int) int {
	n := &d.names
	at := int(uint64(d.hash(key)) * uint64(len(n.table)) >> 32)
	for n.table[at] != 0 && !d.same(int(n.list[n.table[at]-1].key), key) {
		if at++; at == len(n.table) {
			at = 0
		}
	}
	return at
}

var seed = maphash.MakeSeed()

// hash returns the hash of the name at key, whatever way the name is written.
func (d *Doc) hash(key int) uint32 {
	t := d.tokens[key]
	b := d.text[t.start:t.end]
	if t.kind() == plainString {
		return uint32(maphash.Bytes(seed, b))
	}
	var h maphash.Hash
	h.SetSeed(seed)
	var buf [utf8.UTFMax]byte
	for len(b) > 0 {
		r, n := rune1(b)
		h.Write(utf8.AppendRune(buf[:0], r)) // a Hash never fails
		b = b[n:]
	}
	return uint32(h.Sum64())
}

// is reports whether the name at key is this one.
func (d *Doc) is(key int, name string) bool {
	t := d.tokens[key]
	b := d.text[t.start:t.end]
	if t.kind() == plainString {
		return string(b) == name
	}
	for len(b) > 0 {
		r, n := rune1(b)
		want, size := utf8.DecodeRuneInString(name)
		if r != want || size == 0 {
			return false
		}
		b, name = b[n:], name[size:]
	}
	return name == ""
}

// same reports whether the names at two keys are the same, whatever way they
// are written.
func (d *Doc) same(key1, key2 int) bool {
	t1, t2 := d.tokens[key1], d.tokens[key2]
	a, b := d.text[t1.start:t1.end], d.text[t2.start:t2.end]
	if t1.kind() == plainString && t2.kind() == plainString {
		return string(a) == string(b)
	}
	for len(a) > 0 && len(b) > 0 {
		r1, n1 := rune1(a)
		r2, n2 := rune1(b)
		if r1 != r2 {
			return false
		}
		a, b = a[n1:], b[n2:]
	}
	return len(a) == len(b)
}

// distinct refuses an object that has a name twice: two readers may take
// different ones.
func (d *Doc) distinct(self int) error {
	for key, end := self+1, d.tokens[self].next(); key < end; key = d.after(key + 1) {
		n := &d.names.list[d.tokens[key].name()]
		if n.seen == uint32(self) {
			return fmt.Errorf("it has the name %s twice in one object", excerpt(Value{d, key}.Clipped(256)))
		}
		n.seen = uint32(self)
	}
	return nil
}

// knownSlots remembers where the names of a document belong in one type.
type knownSlots struct {
	plan  *plan
	slots []uint16 // by the number of the name: its slot plus 1, 0 if not looked up yet
}

// slotsOf returns what is remembered for a plan.
func (d *Doc) slotsOf(p *plan) []uint16 {
	for i := range d.known {
		if d.known[i].plan == p {
			return d.known[i].slots
		}
	}
	if len(d.known) == cap(d.known) {
		d.known = append(d.known, knownSlots{})
	} else {
		d.known = d.known[:len(d.known)+1] // with its room
	}
	k := &d.known[len(d.known)-1]
	k.plan, k.slots = p, append(k.slots[:0], make([]uint16, len(d.names.list))...)
	return k.slots
}

// maxFieldName is longer than any name of a field.
const maxFieldName = 128

// slot returns the slot of the name at key, 0 if the type has no such name.
func (d *Doc) slot(p *plan, known []uint16, key int) int {
	at := &known[d.tokens[key].name()]
	if *at == 0 {
		slot := 0
		if t := d.tokens[key]; t.kind() == plainString {
			slot = p.slots[string(d.bytesOf(t))]
		} else if name, whole := (Value{d, key}).clip(maxFieldName); whole {
			slot = p.slots[name]
		}
		*at = uint16(slot + 1)
	}
	return int(*at) - 1
}
