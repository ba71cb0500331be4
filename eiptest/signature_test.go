package eiptest

import (
	"encoding/json"
	"os"
	"testing"
)

type vectors struct {
	Good []struct {
		Name, Method, Secret, ToSign, Signature string
		Params                                  map[string]string
	}
	Wrong []struct{ Vector, Mistake, Signature string }
}

// The vectors come from two SDKs of the vendor and a third implementation.
func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Good) != 22 || len(v.Wrong) != 2 {
		t.Fatalf("%d vectors, %d mistakes", len(v.Good), len(v.Wrong))
	}
	got := map[string]string{}
	for _, g := range v.Good {
		text := stringToSign(g.Method, g.Params)
		if text != g.ToSign {
			t.Errorf("%s: string to sign\n got %s\nwant %s", g.Name, text, g.ToSign)
		}
		if !signed(g.Secret, text, g.Signature) {
			t.Errorf("%s: signature %s, want %s", g.Name, signature(g.Secret, text), g.Signature)
		}
		if signed(g.Secret+"x", text, g.Signature) || signed(g.Secret, text+"x", g.Signature) || signed(g.Secret, text, g.Signature+"=") {
			t.Errorf("%s: a wrong signature passes", g.Name)
		}
		got[g.Name] = signature(g.Secret, text)
	}
	for _, w := range v.Wrong {
		if got[w.Vector] == "" || got[w.Vector] == w.Signature {
			t.Errorf("%s: the mistake %q goes unnoticed", w.Vector, w.Mistake)
		}
	}
}
