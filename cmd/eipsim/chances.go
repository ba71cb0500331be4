package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// faultNames lists the kinds in the order in which the chances deal them out.
// A name that ends in -after is the kind before it, after the action ran.
var faultNames = fault.Names()

// weights are the kinds whose part of -faults is not one: foreign answers are
// the most of what happens between a client and a service.
var weights = map[string]float64{"hang": 0, "foreign": 6, "foreign-after": 6}

// chances is what the command line says of faults.
type chances struct {
	overall float64
	single  map[string]float64
	status  int
	body    string
}

// flags defines the flags of faults.
func (c *chances) flags(fs *flag.FlagSet) {
	c.single = map[string]float64{}
	fs.Float64Var(&c.overall, "faults", 0, "chance of a fault per attempt, shared by all kinds but hang; foreign answers are 2 of 5 faults")
	fs.Func("fault", "chance of one kind per attempt: `kind=chance`, may be repeated; kinds: "+strings.Join(faultNames, ", "), c.parse)
	fs.IntVar(&c.status, "foreign-status", 0, "HTTP `status` of foreign answers; without it 200 and many from 301 to 451 by turns")
	fs.StringVar(&c.body, "foreign-body", "", fmt.Sprintf("`body` of foreign answers, one of %v; without it all by turns", fault.ForeignBodies()))
}

func (c *chances) parse(v string) error {
	kind, chance, _ := strings.Cut(v, "=")
	if !slices.Contains(faultNames, kind) {
		return fmt.Errorf("kind %q is not one of %s", kind, strings.Join(faultNames, ", "))
	}
	p, err := strconv.ParseFloat(chance, 64)
	if err != nil || !(p >= 0 && p <= 1) {
		return fmt.Errorf("chance %q of %s is not between 0 and 1", chance, kind)
	}
	c.single[kind] = p
	return nil
}

// check reports a flag that cannot be.
func (c *chances) check() error {
	if !(c.overall >= 0 && c.overall <= 1) {
		return fmt.Errorf("-faults %v is not between 0 and 1", c.overall)
	}
	return nil
}

// each calls deal for every kind that has a chance.
func (c *chances) each(deal func(name string, p float64)) {
	weight := func(name string) float64 {
		if w, given := weights[name]; given {
			return w
		}
		return 1
	}
	sum := 0.0
	for _, name := range faultNames {
		sum += weight(name)
	}
	for _, name := range faultNames {
		p, given := c.single[name]
		if !given {
			p = c.overall * weight(name) / sum
		}
		if p > 0 {
			deal(name, p)
		}
	}
}

// fault makes the fault that a kind on the command line stands for.
func (c *chances) fault(name string) fault.Fault {
	d := fault.Details{}
	switch name {
	case "foreign", "foreign-after":
		d.Status, d.Body = c.status, c.body
	}
	f, err := fault.Named(name, d)
	if err != nil { // of a foreign answer: the server says so when it starts
		return fault.Foreign(c.status, fault.ForeignBody(c.body))
	}
	return f
}

// summarize writes what the server has answered, and how much of it was spoilt,
// if it was told to spoil anything.
func summarize(w io.Writer, srv server) {
	var calls int
	var faults map[string]int
	switch s := srv.(type) {
	case *eiptest.Server:
		calls, faults = s.Counts().Calls, s.Counts().Faults
	case *zenlayertest.Server:
		calls, faults = s.Counts().Calls, s.Counts().Faults
	}
	if len(faults) == 0 {
		return
	}
	fmt.Fprintf(w, "%d attempts, of them", calls)
	for i, kind := range slices.Sorted(maps.Keys(faults)) {
		if i > 0 {
			fmt.Fprint(w, ",")
		}
		fmt.Fprintf(w, " %s %d (%.2f %%)", kind, faults[kind], 100*float64(faults[kind])/float64(calls))
	}
	fmt.Fprintln(w)
}
