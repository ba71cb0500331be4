package eiptest

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/eipkit/eip-go/internal/fake"
)

// tokenPage is one page of a list whose pages are chained by NextToken. The token
// holds the number of the last element of the page before, so that elements that
// come and go do not move the others.
type tokenPage struct {
	list  string
	after uint64 // the last element of the page before
	size  int
	last  uint64
	more  bool
	total int
	items list
}

// tokenPage reads NextToken and MaxResults, 10 to 100, of a list with a name of
// its own.
func (c *call) tokenPage(name string) (*tokenPage, *fake.Refusal) {
	size, ok := c.p.number("MaxResults", 10)
	if !ok || size < 10 || size > 100 {
		return nil, invalid("MaxResults")
	}
	page := &tokenPage{list: name, size: size, items: list{}}
	if v := c.p["NextToken"]; v != "" {
		text, err := base64.RawURLEncoding.DecodeString(v)
		number, mine := strings.CutPrefix(string(text), name+":")
		n, parseErr := strconv.ParseUint(number, 10, 64)
		if err != nil || !mine || parseErr != nil {
			return nil, invalid("NextToken")
		}
		page.after = n
	}
	return page, nil
}

// takes counts an element that passes the filters, and reports whether it belongs
// on the page. The elements come in the order of their numbers.
func (p *tokenPage) takes(seq uint64) bool {
	p.total++
	if seq <= p.after {
		return false
	}
	if len(p.items) == p.size {
		p.more = true
		return false
	}
	p.last = seq
	return true
}

func (p *tokenPage) answer(key string) obj {
	next := ""
	if p.more {
		next = base64.RawURLEncoding.EncodeToString([]byte(p.list + ":" + strconv.FormatUint(p.last, 10)))
	}
	return obj{{key, p.items}, {"NextToken", next}, {"MaxResults", p.size}, {"TotalCount", p.total}}
}
