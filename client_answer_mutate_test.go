package eip

import (
	"encoding/json"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wire"
	"github.com/eipkit/eip-go/internal/wiretest"
)

// The generator changes what it is given, and leaves enough of it readable.
func TestMutate(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"RequestId":"r","EipAddresses":{"EipAddress":[{"AllocationId":"a","Bandwidth":5,"Tags":null}]},"TotalCount":1}`,
		`<?xml version="1.0"?><R><RequestId>r</RequestId><L><E>1</E><E>2</E></L></R>`,
	} {
		r := rand.New(rand.NewPCG(1, 2))
		seen, parsed := map[string]bool{}, 0
		for range 2000 {
			m := mutate(r, []byte(body))
			seen[string(m)] = true
			if parseNode(m) != nil {
				parsed++
			}
		}
		require.Greater(t, len(seen), 1000, body)
		require.Greater(t, parsed, 800, body)
		require.Less(t, parsed, 1900, body)
	}
}

// Whatever becomes of an answer by accident: it is taken for a success only with
// the ID, the order or the list that the caller came for, and every error has
// one short line.
func TestMutatedAnswers(t *testing.T) {
	t.Parallel()
	times := 300
	if os.Getenv("EIP_LONG") == "1" {
		times = 8000
	}
	for _, file := range answerFiles(t) {
		base := filepath.Base(file)
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			h := fnv.New64a()
			h.Write([]byte(base))
			r := rand.New(rand.NewPCG(h.Sum64(), 6))
			successes := 0
			for range times {
				if requireJudged(t, r, actionOf(file), mutate(r, body)) {
					successes++
				}
			}
			require.Greater(t, successes, times/20, "too few of them are answers")
			require.Less(t, successes, times*19/20, "too few of them are none")
		})
	}
}

// requireJudged judges an answer of any status, and reports whether it is a
// success.
func requireJudged(t *testing.T, r *rand.Rand, action string, body []byte) bool {
	t.Helper()
	out := actionTypes()[action].newResponse()
	status := 200
	if r.IntN(4) == 0 {
		status = []int{201, 302, 400, 403, 404, 407, 429, 500, 503}[r.IntN(9)]
	}
	params := url.Values{}
	if r.IntN(4) == 0 {
		params.Set("InstanceChargeType", "PrePaid")
	}
	var v any
	op := operationOf(action)
	reader := newAnswerReader(op, params, func(got wire.Value) error {
		dec := json.NewDecoder(strings.NewReader(strings.ToValidUTF8(string(got.JSON()), "?")))
		dec.UseNumber() // an order is exact
		if err := dec.Decode(&v); err != nil {
			t.Fatalf("taken for JSON: %q", got.JSON())
		}
		return schema.Fill(got, out)
	})
	j := reader.judge(&transport.Answer{Status: status, Header: http.Header{}, Body: body})
	if j.Cause != transport.CauseSuccess {
		wiretest.RequireShort(t, j.Err)
		if e := asError(j.Err); e != nil && !codePattern.MatchString(string(e.Code)) {
			t.Fatalf("%q is no code, of %q", e.Code, body)
		}
		if !reflect.ValueOf(out).Elem().IsZero() {
			t.Fatalf("no success, and yet %+v, of %q", out, body)
		}
		return false
	}
	obj, _ := v.(map[string]any)
	if status > 299 || !holdsAll(op, params.Has("InstanceChargeType"), obj) {
		t.Fatalf("HTTP %d passes for a success of %s: %q", status, action, body)
	}
	return true
}

var (
	idPattern    = regexp.MustCompile(`^[!-~]{1,128}$`)
	codePattern  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,127}$`)
	orderPattern = regexp.MustCompile(`^[0-9]*[1-9][0-9]*$`)
)

// holdsAll reports whether a success holds what the caller came for, as read by
// encoding/json.
func holdsAll(op operation, prepaid bool, obj map[string]any) bool {
	isID := func(v any) bool { s, ok := v.(string); return ok && idPattern.MatchString(s) }
	switch {
	case op.creates != "":
		order, err := json.Marshal(obj["OrderId"])
		return isID(obj[op.creates]) || prepaid && err == nil && orderPattern.MatchString(strings.Trim(string(order), `"`))
	case op.list.key == "":
		return obj["RequestId"] != nil
	}
	list := obj[op.list.key]
	if outer, ok := list.(map[string]any); ok {
		if inner, wrapped := outer[op.list.wrapper]; wrapped {
			list = inner
		}
	}
	elements, ok := list.([]any)
	if !ok {
		elements = []any{list}
	}
	return !slices.ContainsFunc(elements, func(e any) bool {
		switch e := e.(type) {
		case nil:
			return false
		case string:
			return strings.TrimSpace(e) != ""
		case map[string]any:
			return (ok || len(e) > 0) && !isID(e[op.list.id[0]]) && !isID(e[op.list.id[1]])
		}
		return true
	})
}
