package eip

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/oldwire"
	"github.com/eipkit/eip-go/internal/transport"
)

// A wireReader is one way to read answers, the old one or the one under test.
type wireReader struct {
	response  func(action string, body []byte, out any) error
	tree      func(action string, body []byte) (json.RawMessage, error)
	errorBody func(body []byte) (oldwire.ErrorBody, bool)
	judge     func(action string, kind Kind, status int, h http.Header, body []byte, unknownBefore bool, out any) oldwire.Verdict
}

var oldReader = wireReader{
	response: oldwire.DecodeResponse,
	tree: func(action string, body []byte) (json.RawMessage, error) {
		return oldwire.DecodeTree(action, operationOf(action).needs, body)
	},
	errorBody: oldwire.DecodeErrorBody,
	judge: func(action string, kind Kind, status int, h http.Header, body []byte, unknownBefore bool, out any) oldwire.Verdict {
		j := oldwire.Judge{
			Known:    func(code string) bool { return Code(code).Known() },
			Conflict: func(code string) bool { return Code(code).class(0) == ErrConflict },
		}
		return j.Judge(action, kind.String(), status, h, body, unknownBefore, out)
	},
}

// newReader is the reader under test. Another one takes its place here.
var newReader = wireReader{
	response: decodeResponse,
	tree:     decodeTree,
	errorBody: func(body []byte) (oldwire.ErrorBody, bool) {
		b, ok := decodeErrorBody(body)
		return oldwire.ErrorBody(b), ok
	},
	judge: judgeAnswer,
}

// judgeAnswer asks the client's judge.
func judgeAnswer(action string, kind Kind, status int, h http.Header, body []byte, unknownBefore bool, out any) oldwire.Verdict {
	reader := &answerReader{action: action, kind: kind, decode: func(body []byte) (string, string, error) {
		if err := decodeResponse(action, body, out); err != nil {
			return "", "", err
		}
		missing := ""
		if i, ok := out.(interface{ incomplete() string }); ok {
			missing = i.incomplete()
		}
		return out.(response).responseMeta().RequestID, missing, nil
	}}
	j := reader.judge(&transport.Answer{Status: status, Header: h, Body: body, UnknownBefore: unknownBefore})
	return oldwire.Verdict{
		Cause: j.Cause.String(), Outcome: j.Cause.Outcome().String(),
		Code: j.Code, RequestID: j.RequestID, RetryAfter: j.RetryAfter, Proves: j.Proves,
	}
}

// reading is what a reader makes of one body.
type reading struct {
	Value any    // what it decoded to, nil if it did not
	Error string // "", "answer" for not the documented one, "error" for the service's own
	Text  string // of the error
	Body  oldwire.ErrorBody
	JSON  string // by tree
}

// failed fills in the error.
func (r *reading) failed(err error) {
	r.Text = err.Error()
	if e, ok := errors.AsType[*errorAnswer](err); ok {
		r.Error, r.Body = "error", oldwire.ErrorBody(e.body)
	} else if e, ok := errors.AsType[*oldwire.ErrorAnswer](err); ok {
		r.Error, r.Body = "error", e.Body
	} else if _, ok := errors.AsType[*answerError](err); ok {
		r.Error = "answer"
	} else if _, ok := errors.AsType[*oldwire.AnswerError](err); ok {
		r.Error = "answer"
	} else {
		r.Error = fmt.Sprintf("%T", err)
	}
}

// A difference is a body that the two readers read differently: as a response, as
// a tree or as an error body, where old and new are a reading, or in the verdict
// about it, where they are an oldwire.Verdict.
type difference struct {
	what, action string
	body         []byte
	old, new     any // a reading or an oldwire.Verdict
}

// wanted lists the differences that are meant, each with its reason.
var wanted = []struct {
	why  string
	when func(difference) bool
}{}

// compare reads a body in every way by both readers, and reports whether the old
// one took it for the answer of the action.
func compare(t *testing.T, action string, fresh func() any, r *rand.Rand, body []byte) (accepted bool) {
	t.Helper()
	same := func(what string, a, b any) {
		t.Helper()
		if reflect.DeepEqual(a, b) {
			return
		}
		d := difference{what, action, body, a, b}
		for _, w := range wanted {
			if w.when(d) {
				return
			}
		}
		t.Fatalf("%s of %s differs for %q:\nold %+v\nnew %+v", what, action, body, a, b)
	}
	read := func(w wireReader) (resp, tree, errorBody reading) {
		out := fresh()
		if err := w.response(action, body, out); err != nil {
			resp.failed(err)
			require.True(t, reflect.ValueOf(out).Elem().IsZero(), "an error, and yet a value: %+v", out)
		} else {
			resp.Value = out
		}
		if raw, err := w.tree(action, body); err != nil {
			tree.failed(err)
		} else {
			tree.JSON = string(raw)
		}
		if b, ok := w.errorBody(body); ok {
			errorBody = reading{Error: "error", Body: b}
		}
		return resp, tree, errorBody
	}
	resp, tree, errorBody := read(oldReader)
	newResp, newTree, newErrorBody := read(newReader)
	same("response", resp, newResp)
	same("tree", tree, newTree)
	same("error body", errorBody, newErrorBody)

	statuses := []int{200, 201, 302, 400, 403, 404, 408, 429, 500, 503}
	status, unknownBefore := statuses[r.IntN(len(statuses))], r.IntN(2) == 0
	kind := []Kind{operationOf(action).kind, KindOnce, KindRead, KindTokened, KindRepeatable}[r.IntN(5)]
	h := http.Header{}
	if r.IntN(2) == 0 {
		h.Set("x-acs-request-id", "from-the-header")
		h.Set("x-acs-retry-after", "1500")
	}
	same(fmt.Sprintf("verdict (HTTP %d, %s, unknown before: %t)", status, kind, unknownBefore),
		oldReader.judge(action, kind, status, h, body, unknownBefore, fresh()),
		newReader.judge(action, kind, status, h, body, unknownBefore, fresh()))
	return resp.Error == ""
}

// mutations is how many mutated answers of each kind are compared.
func mutations() int {
	if os.Getenv("EIP_LONG") == "1" {
		return 10_000
	}
	return 1000
}

// seedOf makes a generator that depends on a name alone.
func seedOf(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(h.Sum64(), 6))
}

// The reader and the old one read the documents' answers alike, and whatever
// becomes of them by accident.
func TestOldWire(t *testing.T) {
	t.Parallel()
	types := actionTypes()
	for _, file := range answerFiles(t) {
		base := filepath.Base(file)
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			action := actionOf(file)
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			r := seedOf(base)
			require.True(t, compare(t, action, types[action].newResponse, r, body))
			accepted := 0
			for range mutations() {
				if compare(t, action, types[action].newResponse, r, mutate(r, body)) {
					accepted++
				}
			}
			require.Greater(t, accepted, mutations()/20, "too few of them are answers")
			require.Less(t, accepted, mutations()*19/20, "too few of them are none")
		})
	}
}

// What no document prints: an address with all its fields, the other lists,
// answers in the shapes that the service is known to have.
func TestOldWireShapes(t *testing.T) {
	t.Parallel()
	types := actionTypes()
	written := func(v any) string {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		return string(text)
	}
	meta := ResponseMeta{RequestID: "r"}
	for i, tc := range []struct{ action, body string }{
		{"DescribeEipAddresses", written(DescribeEipAddressesResponse{ResponseMeta: meta, TotalCount: 1, EipAddresses: EipAddressList{fullAddress()}})},
		{"DescribeEipAddresses", `{"RequestId":"r","EipAddresses":[{"AllocationId":"a","OperationLocks":{"LockReason":"a"},"Tags":{"Tag":{"TagKey":"a","TagValue":1}},"ExpiredTime":"2026-01-01T00:00:00.5+08:00"}]}`},
		{"DescribeEipAddresses", `{"RequestId":"r","EipAddresses":{"EipAddress":{"AllocationId":"a","SecurityProtectionTypes":["x"],"AvailableRegions":{"AvailableRegion":"cn"},"HDMonitorStatus":"ON","DeletionProtection":"1"}},"TotalCount":"1"}`},
		{"DescribeEipAddresses", `{"RequestId":"r","EipAddresses":"","TotalCount":0}`},
		{"DescribeRegions", `{"RequestId":" r\t","Regions":{"Region":[{"RegionId":"cn-beijing","LocalName":"x","RegionEndpoint":"vpc.aliyuncs.com"}]}}`},
		{"DescribeEipSegment", `{"RequestId":"r","EipSegments":{"EipSegment":[{"InstanceId":"eipsg-a","IpCount":"16","Segment":"203.0.113.0/28","CreationTime":"2026-01-01T00:00Z","Status":"Allocated"}]},"TotalCount":1,"PageNumber":1}`},
		{"DescribeEipGatewayInfo", `{"RequestId":"r","Code":200,"Message":"ok","EipInfos":{"EipInfo":[{"Ip":"1","IpGw":"2","IpMask":"3"}]}}`},
		{"AllocateEipAddress", `{"RequestId":"r","OrderId":"1e3","AllocationId":null}`},
		{"AllocateEipAddressPro", `{"AllocateEipAddressProResponse":{"RequestId":"r","OrderId":1,"AllocationId":"a"}}`},
		{"ReleaseEipSegmentAddress", `{"RequestId":"r"}`},
	} {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			r := seedOf(tc.body)
			require.True(t, compare(t, tc.action, types[tc.action].newResponse, r, []byte(tc.body)))
			for range mutations() {
				compare(t, tc.action, types[tc.action].newResponse, r, mutate(r, []byte(tc.body)))
			}
		})
	}
}

// Errors of every known code and of some others, in both formats, as answers of
// every action.
func TestOldWireErrors(t *testing.T) {
	t.Parallel()
	types := actionTypes()
	var actions []string
	for action := range types {
		actions = append(actions, action)
	}
	slices.Sort(actions)
	codes := []string{"Unheard.Of", "NotFound.New", "Throttling", "Throttling.User", "Throttlings", "200", "OK"}
	for code := range codeTable {
		codes = append(codes, string(code))
	}
	slices.Sort(codes)
	for _, action := range actions {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			r := seedOf(action)
			for range mutations() / 500 {
				for _, code := range codes {
					body := []byte(fmt.Sprintf(oneOf(r,
						`{"Code":%q,"Message":"no","RequestId":"r\t","HostId":"h","Recommend":"u","AccessDeniedDetail":{"AuthAction":"a"}}`,
						`{"code":%q,"message":"m","requestId":"r"}`,
						`{"Error":{"Code":%q,"Message":"m"}}`,
						`<?xml version='1.0'?><Error><RequestId>r</RequestId><HostId>h</HostId><Code>%s</Code><Message>m</Message></Error>`,
					), code))
					compare(t, action, types[action].newResponse, r, body)
					compare(t, action, types[action].newResponse, r, mutate(r, body))
				}
			}
		})
	}
}
