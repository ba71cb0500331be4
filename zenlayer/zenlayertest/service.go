package zenlayertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
	"github.com/eipkit/eip-go/zenlayer"
)

const path = "/api/v2/bmc"

const (
	codeLimit = string(zenlayer.CodeRequestLimitExceeded)
	// codeNoMoney is what the service answers by what it does elsewhere; the
	// documents do not have it.
	codeNoMoney zenlayer.Code = "OPERATION_DENIED_INSUFFICIENT_BALANCE"
)

// A documentedAnswer is the status with which an action refuses with a code; the
// action "*" stands for any, "fake" for a status that no source gives.
type documentedAnswer struct {
	action        string
	status        int
	code, message string
}

// statusOf returns the status of a code: the documented one, or the one that its
// name suggests.
func statusOf(code string) int {
	code = strings.ToUpper(strings.ReplaceAll(code, ".", "_"))
	for _, row := range documented {
		if row.code == code {
			return row.status
		}
	}
	switch {
	case strings.HasPrefix(code, "AUTHFAILURE"):
		return http.StatusUnauthorized
	case strings.HasSuffix(code, "NOT_FOUND"):
		return http.StatusNotFound
	case strings.HasPrefix(code, "OPERATION_"):
		return http.StatusForbidden
	}
	return http.StatusBadRequest
}

func refuse(code zenlayer.Code, format string, args ...any) *fake.Refusal {
	return &fake.Refusal{Status: statusOf(string(code)), Code: string(code), Message: fmt.Sprintf(format, args...)}
}

// service is the elastic IP service behind the HTTP engine. Everything below
// mu is guarded by it; transitions are carried out when the next call looks.
type service struct {
	set   settings
	clock func() time.Time

	mu        sync.Mutex
	zones     map[string]*Zone
	zoneOrder []string
	instances map[string]*Instance
	byID      map[string]*address
	made      []*address
	alive     []*address // in order of creation; gone ones are swept out now and then
	gone      int        // of alive, those that are gone
	moving    map[*address]bool
	serial    uint64
	orders    uint64
	requests  uint64
	balance   float64

	failCreation, failBinding int
}

func newService(set settings) *service {
	s := &service{
		set: set, clock: set.clock, balance: set.balance,
		zones: map[string]*Zone{}, instances: map[string]*Instance{},
		byID: map[string]*address{}, moving: map[*address]bool{},
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	for _, z := range set.zones {
		if z.Netmask == 0 {
			z.Netmask = 32
		}
		if s.zones[z.ID] == nil {
			s.zoneOrder = append(s.zoneOrder, z.ID)
		}
		s.zones[z.ID] = &z
	}
	for _, in := range set.instances {
		s.instances[in.ID] = &in
	}
	return s
}

// params are the parameters of one call.
type params map[string]json.RawMessage

// Parse implements fake.Service.
func (s *service) Parse(r *http.Request, body []byte) *fake.Request {
	in := &incoming{method: r.Method, path: r.URL.Path, host: r.Host, header: r.Header, body: body}
	in.bad = json.Unmarshal(body, &in.params) != nil || in.params == nil
	shown := make(map[string]string, len(in.params))
	for k, v := range in.params {
		var text string
		if json.Unmarshal(v, &text) != nil {
			var compact bytes.Buffer
			if json.Compact(&compact, v) == nil {
				text = compact.String()
			}
		}
		shown[k] = text
	}
	action := r.Header.Get("X-ZC-Action")
	return &fake.Request{
		Action: action, Params: shown, Vendor: in,
		Alien: actions[action] == nil,
		Usage: r.Method == http.MethodGet && action == "" && r.Header.Get("Authorization") == "",
	}
}

// call is one call of an action, with the service's mutex held.
type call struct {
	s   *service
	p   params
	now time.Time
	seq int
}

// obj is a JSON object.
type obj map[string]any

var actions = map[string]func(*call) (obj, *fake.Refusal){
	"AllocateEipAddresses":                  (*call).allocate,
	"InquiryPriceCreateEipAddress":          (*call).price,
	"DescribeEipAddresses":                  (*call).describe,
	"DescribeEipAvailableResources":         (*call).stock,
	"DescribeInstanceAvailableEipResources": (*call).forInstance,
	"DescribeZones":                         (*call).describeZones,
	"AssociateEipAddress":                   (*call).associate,
	"UnAssociateEipAddress":                 (*call).unassociate,
	"TerminateEipAddress":                   (*call).terminate,
	"ReleaseEipAddresses":                   (*call).release,
	"RenewEipAddress":                       (*call).renew,
	"ModifyEipAddressesResourceGroup":       (*call).modifyGroup,
}

// Run implements fake.Service.
func (s *service) Run(req *fake.Request, now time.Time) fake.Reply {
	in, _ := req.Vendor.(*incoming)
	if in.path != path || in.method != http.MethodPost {
		return fake.Reply{Status: http.StatusNotFound, Code: "HTTP_404", Body: []byte("404 page not found\n"),
			Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}}
	}
	if ref := s.authorize(in, now); ref != nil {
		return s.Refuse(req, *ref)
	}
	version := in.header.Get("X-ZC-Version")
	do, known := actions[req.Action]
	switch {
	case version != "2022-11-20" && version != "2026-02-01":
		return s.Refuse(req, *refuse(zenlayer.CodeInvalidParameterValue, "There is no version %q.", version))
	case !known:
		return s.Refuse(req, *refuse(zenlayer.CodeInvalidParameterValue, "There is no action %q.", req.Action))
	case in.bad:
		return s.Refuse(req, *refuse(zenlayer.CodeInvalidParameterType, "The body is not a JSON object."))
	}
	c := &call{s: s, p: in.params, now: s.clock(), seq: req.Seq}
	s.mu.Lock()
	s.advance(c.now)
	body, ref := do(c)
	s.mu.Unlock()
	if ref != nil {
		return s.Refuse(req, *ref)
	}
	if price, ok := body["eipPrice"].(obj); ok && version == "2022-11-20" {
		for _, name := range []string{"amountUnit", "excessUnitPrice", "excessDiscountUnitPrice", "excessAmountUnit", "category"} {
			delete(price, name)
		}
	}
	if req.Spoil.Kind != "" {
		spoil(req, body)
	}
	id := s.requestID()
	if body == nil {
		body = obj{}
	}
	body["requestId"] = id
	return reply(http.StatusOK, "", id, obj{"requestId": id, "response": body})
}

func reply(status int, code, id string, body obj) fake.Reply {
	text, err := json.Marshal(body)
	if err != nil {
		text = []byte(`{}`) // nothing here cannot be marshalled
	}
	return fake.Reply{Status: status, Code: code, RequestID: id, Body: text,
		Header: http.Header{"Content-Type": {"application/json;charset=UTF-8"}}}
}

// Refuse implements fake.Service.
func (s *service) Refuse(_ *fake.Request, ref fake.Refusal) fake.Reply {
	if ref.Status == 0 {
		ref = refusalOf(ref.Code)
	}
	id := s.requestID()
	code := ref.Code
	if s.set.dotted {
		words := strings.Split(strings.ToLower(code), "_")
		for i, w := range words {
			if w != "" {
				words[i] = strings.ToUpper(w[:1]) + w[1:]
			}
		}
		code = strings.Join(words, ".")
	}
	body := obj{"requestId": id, "code": code, "message": ref.Message}
	if s.set.enveloped {
		body = obj{"requestId": id, "response": body}
	}
	status := ref.Status
	if s.set.always200 {
		status = http.StatusOK
	}
	return reply(status, code, id, body)
}

// Throttled implements fake.Service.
func (s *service) Throttled() fake.Refusal {
	return *refuse(zenlayer.CodeRequestLimitExceeded, "Too many requests.")
}

// Denied implements fake.Service.
func (s *service) Denied() fake.Refusal {
	return refusalOf(string(zenlayer.CodeAuthfailureUnauthorizedOperation))
}

// Broken implements fake.Service.
func (s *service) Broken(status int) fake.Refusal {
	code := zenlayer.CodeServiceTemporaryUnavailable
	switch status {
	case http.StatusInternalServerError:
		code = zenlayer.CodeInternalServerError
	case http.StatusGatewayTimeout:
		code = zenlayer.CodeRequestTimedOut
	}
	return fake.Refusal{Status: status, Code: string(code), Message: "Injected failure."}
}

// requestID looks like the service's own.
func (s *service) requestID() string {
	s.mu.Lock()
	s.requests++
	x := s.requests*0x9e3779b97f4a7c15 + s.set.seed
	s.mu.Unlock()
	return fmt.Sprintf("T%08X-%04X-%04X-%04X-%012X", x>>32, x>>16&0xffff, x&0xffff, x>>48, x&0xffffffffffff)
}
