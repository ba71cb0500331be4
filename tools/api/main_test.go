package main

import (
	"strings"
	"testing"
	"testing/fstest"
)

const source = `package eip

import "context"

const A, b = 1, 2
const C Code = "c"
var V = 1
type Code string
type S struct {
	Meta
	Field, other int
}
type I interface{ Do(ctx context.Context) error }
type T = S
type private struct{ Field int }
func F(a int, rest ...string) (*S, error) { return nil, nil }
func g() {}
func (s *S) Method() string { return "" }
func (s *S) hidden() {}
func (p private) Method() {}
`

func TestSurface(t *testing.T) {
	repo := fstest.MapFS{
		"eip.go":          {Data: []byte(source)},
		"eip_test.go":     {Data: []byte("package eip\nfunc Test() {}\n")},
		"zenlayer/z.go":   {Data: []byte("package zenlayer\nfunc Z() {}\n")},
		"internal/i/i.go": {Data: []byte("package i\nfunc X() {}\n")},
	}
	want := `pkg eip, const A
pkg eip, const C Code
pkg eip, func F(a int, rest ...string) (*S, error)
pkg eip, method (*S) Method() string
pkg eip, type Code string
pkg eip, type I interface
pkg eip, type I interface, Do func(ctx context.Context) error
pkg eip, type S struct
pkg eip, type S struct, Field int
pkg eip, type S struct, Meta
pkg eip, type T = S
pkg eip, var V
pkg eip/zenlayer, func Z()`
	lines, err := surface(repo)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	repo[file] = &fstest.MapFile{Data: []byte(want + "\n")}
	var out strings.Builder
	if err := run(repo, "", false, &out); err != nil || out.Len() > 0 {
		t.Errorf("the same surface: %v, %q", err, &out)
	}
	repo[file] = &fstest.MapFile{Data: []byte(strings.Replace(want, "var V", "var W", 1) + "\n")}
	if err := run(repo, "", false, &out); err == nil {
		t.Error("another surface is no error")
	}
	if got := out.String(); got != "- pkg eip, var W\n+ pkg eip, var V\n" {
		t.Errorf("got %q", got)
	}
}
