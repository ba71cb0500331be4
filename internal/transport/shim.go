package transport

import "strings"

func (x Secrets) Show(text string, most int) string {
	s := Excerpt(x.Scrub(text))
	if len(text) <= most {
		s = strings.Join(strings.Fields(x.Scrub(text)), " ")
	}
	return s
}
func (x Secrets) In(text string) bool { return x.Scrub(text) != text }
