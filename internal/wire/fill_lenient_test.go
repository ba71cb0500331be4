package wire

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// A lenient writer makes random values, and writes them in any form in which a
// service may send them.
type lenient struct {
	*rand.Rand
	b strings.Builder
}

func (l *lenient) oneIn(n int) bool { return l.IntN(n) == 0 }

func (l *lenient) pick(of ...string) string { return of[l.IntN(len(of))] }

// text returns a random text, without surrounding blanks and not empty.
func (l *lenient) text() string {
	var b strings.Builder
	for range 1 + l.IntN(12) {
		b.WriteString(l.pick("a", "B", "0", "-", ".", `"`, `\`, "/", "é", "中", "😀", "\uFFFD", "<", "\x7f"))
	}
	return l.pick("a", "1", "é") + b.String() + l.pick("", "z", "?")
}

// fill sets a random value.
func (l *lenient) fill(v reflect.Value) {
	if l.oneIn(5) {
		return
	}
	if !v.CanInterface() { // embedded
		l.structFields(v)
		return
	}
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(l.Int64N(4e9), 0).UTC()
		if l.oneIn(2) {
			*p = p.Truncate(time.Minute)
		} else if l.oneIn(4) {
			*p = p.Add(time.Duration(l.IntN(1e9)))
		}
		return
	case *json.Number:
		*p = json.Number(l.pick("0", "-1", "12.50", "1e5", "123456789012345678901234567890"))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(l.text())
	case reflect.Int, reflect.Int64:
		v.SetInt(l.Int64() >> l.IntN(64) * int64(1-2*l.IntN(2)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 1 + l.IntN(4) {
			v.SetMapIndex(reflect.ValueOf(l.text()), reflect.ValueOf(l.text()))
		}
	case reflect.Slice:
		n := 1 + l.IntN(4)
		if l.oneIn(3) {
			n = 1
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			for first := true; first || v.Index(i).IsZero(); first = false { // no empty element
				l.fill(v.Index(i))
			}
		}
	case reflect.Struct:
		l.structFields(v)
	}
}

func (l *lenient) structFields(v reflect.Value) {
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Anonymous || jsonName(f) != "" && f.Name != "Table" { // a list of lists has no form of its own
			l.fill(v.Field(i))
		}
	}
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return strings.TrimPrefix(name, "-")
}

// blank writes a random blank, mostly none.
func (l *lenient) blank() { l.b.WriteString(l.pick("", "", "", " ", "\n", "\t\r")) }

// quoted writes a string in a random form.
func (l *lenient) quoted(s string) {
	l.b.WriteByte('"')
	for _, r := range s {
		switch {
		case l.oneIn(8) && r <= 0xffff:
			fmt.Fprintf(&l.b, `\u%04x`, r)
		case l.oneIn(8) && r > 0xffff:
			fmt.Fprintf(&l.b, `\u%04X\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		case r == '"' || r == '\\' || r == '/' && l.oneIn(2):
			l.b.WriteString(`\` + string(r))
		case r == '\uFFFD' && l.oneIn(2):
			l.b.WriteString(`\udc00`)
		case r == '\t':
			l.b.WriteString(`\t`)
		default:
			l.b.WriteRune(r)
		}
	}
	l.b.WriteByte('"')
}

// scalar writes a number or boolean, or the same as a string.
func (l *lenient) scalar(text string) {
	if l.oneIn(2) {
		l.b.WriteString(text)
	} else {
		l.quoted(l.pick("", "", " ") + text + l.pick("", "", "\t"))
	}
}

// object writes members in any order, with others between them.
func (l *lenient) object(members map[string]func()) {
	l.b.WriteByte('{')
	if l.oneIn(3) {
		members["X"+l.text()] = func() {
			l.b.WriteString(l.pick(`1`, `"ID"`, `{"ID":1,"Text":[]}`, `[[{"Item":2}],{}]`, `null`))
		}
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	l.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for i, name := range names {
		if i > 0 {
			l.b.WriteByte(',')
		}
		l.blank()
		if l.oneIn(10) {
			l.quoted(name)
		} else {
			quoted, _ := json.Marshal(name)
			l.b.Write(quoted)
		}
		l.blank()
		l.b.WriteByte(':')
		l.blank()
		members[name]()
		l.blank()
	}
	l.b.WriteByte('}')
}

// list writes n elements in a list.
func (l *lenient) list(n int, element func(int)) {
	l.b.WriteByte('[')
	for i := range n {
		if l.blank(); i > 0 {
			l.b.WriteByte(',')
		}
		for l.oneIn(10) {
			l.b.WriteString(l.pick(`null,`, `"",`, `" " ,`))
		}
		element(i)
		l.blank()
	}
	l.b.WriteByte(']')
}

// wrapped writes a list: under its key, flat, or as a single element.
func (l *lenient) wrapped(key string, n int, element func(int)) {
	inner := func() {
		if n == 1 && l.oneIn(2) {
			element(0)
		} else {
			l.list(n, element)
		}
	}
	if key == "" || l.oneIn(3) {
		inner()
	} else {
		l.object(map[string]func(){key: inner})
	}
}

func (l *lenient) write(v reflect.Value, wire string) {
	if v.IsZero() && l.oneIn(2) {
		l.b.WriteString(l.pick("null", `""`, `""`))
		return
	}
	switch x := v.Interface().(type) {
	case time.Time:
		l.time(x)
		return
	case json.Number:
		if x == "" {
			l.b.WriteString("null")
			return
		}
		l.scalar(string(x))
		return
	}
	switch v.Kind() {
	case reflect.String:
		text := v.String()
		if strings.Contains(wire, "trim") {
			text = l.pick("", " ", "\t") + text + l.pick("", "\u00a0", "\t ")
		}
		l.quoted(text)
	case reflect.Int, reflect.Int64:
		l.scalar(strconv.FormatInt(v.Int(), 10))
	case reflect.Bool:
		switch {
		case v.Bool():
			l.b.WriteString(l.pick(`true`, `"true"`, `"True"`, `" TRUE"`, `1`, `"1"`))
		case strings.Contains(wire, "loose"):
			l.b.WriteString(l.pick(`false`, `"no"`, `[]`, `{"a":[]}`, `-3`))
		default:
			l.b.WriteString(l.pick(`false`, `"false"`, `"FALSE "`, `0`, `"0"`))
		}
	case reflect.Map:
		keys := v.MapKeys()
		l.wrapped("Tag", len(keys), func(i int) {
			l.object(map[string]func(){
				l.pick("Key", "TagKey"):     func() { l.quoted(keys[i].String()) },
				l.pick("Value", "TagValue"): func() { l.quoted(v.MapIndex(keys[i]).String()) },
			})
		})
	case reflect.Slice:
		l.slice(v)
	case reflect.Struct:
		l.structure(v)
	}
}

func (l *lenient) slice(v reflect.Value) {
	key := newSchema().ListKey(v.Type())
	if v.Len() == 0 {
		l.b.WriteString(l.pick(`[]`, `[null," "]`, `" "`))
		return
	}
	if key == "LockReason" { // a bare string means the only field
		l.wrapped(key, v.Len(), func(i int) {
			text := func() { l.quoted(v.Index(i).Field(0).String()) }
			if l.oneIn(2) {
				text()
			} else {
				l.object(map[string]func(){key: text})
			}
		})
		return
	}
	l.wrapped(key, v.Len(), func(i int) { l.write(v.Index(i), "") })
}

func (l *lenient) structure(v reflect.Value) {
	members := map[string]func(){}
	l.members(v, members)
	l.object(members)
}

func (l *lenient) members(v reflect.Value, members map[string]func()) {
	for i := range v.NumField() {
		f, value := v.Type().Field(i), v.Field(i)
		name, wire := jsonName(f), f.Tag.Get("wire")
		if f.Anonymous {
			l.members(value, members)
			continue
		}
		if name == "" || value.IsZero() && l.oneIn(3) {
			continue
		}
		write := func() { l.write(value, wire) }
		_, after, ok := strings.Cut(wire, "alias=")
		alias, _, _ := strings.Cut(after, ",")
		if _, taken := v.Type().FieldByNameFunc(func(n string) bool {
			other, _ := v.Type().FieldByName(n)
			return jsonName(other) == alias
		}); ok && !taken && !value.IsZero() && l.oneIn(2) {
			if l.oneIn(2) {
				members[name] = func() { l.b.WriteString(l.pick("null", `""`, `" "`)) }
			}
			name = alias
		}
		members[name] = write
	}
}

// time writes a time in any layout that keeps it.
func (l *lenient) time(t time.Time) {
	if t.IsZero() {
		l.b.WriteString("null")
		return
	}
	if l.oneIn(3) {
		t = t.In(time.FixedZone("", []int{8, -5, 1}[l.IntN(3)]*3600+1800*l.IntN(2)))
	}
	utc := t.Location() == time.UTC
	layouts := []string{time.RFC3339Nano}
	if utc {
		layouts = append(layouts, "2006-01-02T15:04:05.999999999")
	}
	if t.Second() == 0 && t.Nanosecond() == 0 {
		layouts = append(layouts, "2006-01-02T15:04Z07:00")
		if utc {
			layouts = append(layouts, "2006-01-02T15:04")
		}
	}
	l.quoted(l.pick("", "", " ") + t.Format(l.pick(layouts...)))
}

// randomAnswer returns a value of the type and a text that means it.
func randomAnswer(seed uint64, typ reflect.Type) (want any, text string) {
	l := &lenient{Rand: rand.New(rand.NewPCG(seed, 1))}
	out := reflect.New(typ)
	for out.Elem().IsZero() {
		l.fill(out.Elem())
	}
	l.write(out.Elem(), "")
	return out.Interface(), l.b.String()
}
