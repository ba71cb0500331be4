package bench

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/vpc"
)

// Every subject decodes the same values from every answer.
func TestSubjectsAgree(t *testing.T) {
	subjects := testSubjects(t)
	for _, w := range Works() {
		done := 0
		for _, s := range subjects {
			op, ok := s.Ops[w]
			if !ok {
				continue
			}
			if err := op.Check(w); err != nil {
				t.Errorf("%s: %s: %v", w, s.Name, err)
			}
			done++
		}
		want := 3
		switch w { // the peers have no signature V3, and this library signs in a call only
		case SignV3:
			want = 1
		case SendV3:
			want = 2
		}
		if done < want {
			t.Errorf("%s: %d subjects do it, want at least %d", w, done, want)
		}
	}
}

// The subjects that claim all members have them all, as the facts have them.
func TestAllMembersAreDecoded(t *testing.T) {
	if n := len(address(0)); n != 42 {
		t.Fatalf("the facts have %d members, want 42", n)
	}
	for name, body := range map[string][]byte{"documented order": compact(page()), "shuffled": shuffled(page())} {
		var floor floorPage
		var lib eip.DescribeEipAddressesResponse
		sdk := vpc.CreateDescribeEipAddressesResponse()
		for _, err := range []error{json.Unmarshal(body, &floor), lib.UnmarshalJSON(body), sdkDecode(body, sdk)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for subject, addresses := range map[string]any{
			Floor: floor.EipAddresses.EipAddress, EIP: []eip.EipAddress(lib.EipAddresses), SDK: sdk.EipAddresses.EipAddress,
		} {
			var got []map[string]any
			roundTrip(t, addresses, &got)
			if len(got) != PageSize {
				t.Fatalf("%s: %s: %d addresses, want %d", name, subject, len(got), PageSize)
			}
			for i := range got {
				var want map[string]any
				roundTrip(t, json.RawMessage(compact(address(i))), &want)
				for member, v := range want {
					g := got[i][member]
					if g == nil && (v == false || v == 0.0 || v == "false") {
						continue // omitted because it is zero
					}
					if subject == SDK && member == "Tags" {
						g = withoutAliases(g)
					}
					if !reflect.DeepEqual(g, v) {
						t.Errorf("%s: %s: address %d: %s: got %v, want %v", name, subject, i, member, g, v)
					}
				}
			}
		}
	}
}

// withoutAliases removes the SDK's second pair of names from its tags.
func withoutAliases(tags any) any {
	for _, tag := range tags.(map[string]any)["Tag"].([]any) {
		delete(tag.(map[string]any), "TagKey")
		delete(tag.(map[string]any), "TagValue")
	}
	return tags
}

func roundTrip(t *testing.T, from, to any) {
	t.Helper()
	text, err := json.Marshal(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, to); err != nil {
		t.Fatal(err)
	}
}

// The members of the two orders are the same, in another order.
func TestShuffled(t *testing.T) {
	ordered, mixed := compact(page()), shuffled(page())
	var a, b any
	roundTrip(t, json.RawMessage(ordered), &a)
	roundTrip(t, json.RawMessage(mixed), &b)
	if !reflect.DeepEqual(a, b) {
		t.Error("the shuffled page has other values")
	}
	first := func(i int) string {
		element := strings.Split(string(mixed), `"AllocationId"`)[i]
		return element[max(0, len(element)-40):]
	}
	if first(1) == first(2) && first(2) == first(3) {
		t.Error("the elements of the shuffled page have one order")
	}
}

// Every subject signs so that a server that checks signatures accepts it.
func TestSubjectsSign(t *testing.T) {
	srv := eiptest.NewServer(t, eiptest.WithCredentials(AccessKeyID, AccessKeySecret), eiptest.WithRegion(Region))
	subjects := testSubjects(t)
	for _, s := range subjects {
		call, done, err := s.Dial(srv.URL())
		if err != nil {
			t.Fatal(err)
		}
		if id, err := call(); err != nil || id == "" {
			t.Errorf("%s: address %q, error %v", s.Name, id, err)
		}
		done()
	}
	if n := len(srv.AddressesEverMade()); n != len(subjects) {
		t.Errorf("the server made %d addresses, want %d", n, len(subjects))
	}
}

// The floor's signature V3 is accepted too, and so is that of this library.
func TestSubjectsSignV3(t *testing.T) {
	srv := eiptest.NewServer(t, eiptest.WithCredentials(AccessKeyID, AccessKeySecret), eiptest.WithRegion(Region))
	c := &floorClient{http: srv.HTTPClient(), endpoint: srv.URL()}
	out := new(floorAllocated)
	err := c.callV3(t.Context(), "AllocateEipAddress", out, floorParam{"Bandwidth", "10"}, floorParam{"Description", "第 1 号"})
	if err != nil || out.AllocationID == "" {
		t.Errorf("floor: address %q, error %v", out.AllocationID, err)
	}
	made, err := eipAllocate(t.Context(), srv.Client(t, eip.WithSignature(eip.SignatureV3)))
	if err != nil || made.AllocationID == "" {
		t.Errorf("eip: %v", err)
	}
	if n := len(srv.AddressesEverMade()); n != 2 {
		t.Errorf("the server made %d addresses, want 2", n)
	}
}

// The goroutines of this library share a pool that is large enough for them.
// Only the subjects that are free of data races take part.
func TestConnections(t *testing.T) {
	for _, s := range testSubjects(t) {
		if s.Name != Floor && s.Name != EIP {
			continue
		}
		n, err := Connections(s, 16, 5)
		if err != nil {
			t.Fatal(err)
		}
		// One for each goroutine, and some because net/http keeps a connection that
		// it dialled for a request which then took another. A pool of two opens 72.
		if s.Name == EIP && n > 32 {
			t.Errorf("%s opened %d connections for 5 rounds of 16 goroutines", s.Name, n)
		}
	}
}

func TestQuantile(t *testing.T) {
	s := Series{Floor: {{Time: 10}, {Time: 10}, {Time: 20}}, EIP: {{Time: 20}, {Time: 40}, {Time: 60}}}
	low, median, high := s.Ratio(EIP, Floor)
	if low != 2.5 || median != 3 || high != 3.5 {
		t.Errorf("ratio %v, %v, %v, want 2.5, 3, 3.5", low, median, high)
	}
}
